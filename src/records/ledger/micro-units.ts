import { AppError } from '../../shared/index.ts'

const microsPerUnit = 1e6

/** Whole micro-units, rounded up. Beyond 2^53 of them a JavaScript number is not exact. */
export function toMicros(amount: number, unit: string): number {
  const micros = Math.ceil(withoutNoise(amount * microsPerUnit))
  if (!(amount >= 0) || !Number.isSafeInteger(micros)) {
    throw new AppError(
      'input_invalid',
      `The amount ${amount} of ${unit} cannot be counted: give a number from 0 to 9,000,000,000`,
    )
  }
  return micros
}

/** For limits, which may be larger; as the database takes them. */
export function limitInMicros(limit: number, account: string): string {
  if (!(limit >= 0) || limit > 1e12) {
    throw new AppError(
      'input_invalid',
      `The limit ${limit} of ${account} cannot be counted: give a number from 0 to 1,000,000,000,000`,
    )
  }
  return BigInt(Math.floor(withoutNoise(limit * microsPerUnit))).toString()
}

export function fromMicros(micros: number): number {
  return micros / microsPerUnit
}

/** 0.1 + 0.2 is 300,000 millionths and not one more. */
function withoutNoise(micros: number): number {
  const whole = Math.round(micros)
  return Math.abs(micros - whole) < 1e-3 ? whole : micros
}
