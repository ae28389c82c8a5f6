import { AppError } from '../../shared/index.ts'
import { seededDraw } from './seeded-draw.ts'

/** Shares of calls, 0 to 1, that fail in each way; together at most 1. */
export type FaultRates = {
  /** Refused with 429 and a Retry-After. */
  readonly rate429?: number
  readonly rate500?: number
  /** Never answered: the call hangs until the client gives up. */
  readonly rateTimeout?: number
  /** The connection is reset without an answer. */
  readonly rateReset?: number
  /** 200 with an empty text. */
  readonly rateEmpty?: number
  /** 200 with a text cut short, `finish_reason` `length`. */
  readonly rateTruncated?: number
  /** 200 with `finish_reason` `content_filter`. */
  readonly rateFiltered?: number
  /** 200 with a body that is no JSON. */
  readonly rateMalformed?: number
  /** Refused with 410: retired, no retry helps. */
  readonly rateGone?: number
  /** 200 with JSON that is no object, whatever schema was asked for. */
  readonly rateUnfit?: number
}

const kinds = [
  ['rate429', 'rate-limited'],
  ['rate500', 'server-error'],
  ['rateTimeout', 'hang'],
  ['rateReset', 'reset'],
  ['rateEmpty', 'empty'],
  ['rateTruncated', 'truncated'],
  ['rateFiltered', 'filtered'],
  ['rateMalformed', 'malformed'],
  ['rateGone', 'gone'],
  ['rateUnfit', 'unfit'],
] as const satisfies readonly (readonly [keyof FaultRates, string])[]

export type Fault = (typeof kinds)[number][1]

/** How many requests are told apart; older ones start over, which only repeats their faults. */
const rememberedRequests = 100_000

/**
 * Decides by seed, content and how often that content was asked: a fault can be reproduced whatever
 * the order of concurrent calls, and a retry of the same request gets a fresh chance.
 */
export function faultChooser(seed: number, rates: FaultRates): (content: string) => Fault | null {
  checkRates(rates)
  if (kinds.every(([key]) => (rates[key] ?? 0) === 0)) return () => null
  const asked = new Map<string, number>()
  return (content) => {
    const times = (asked.get(content) ?? 0) + 1
    asked.delete(content)
    asked.set(content, times)
    const oldest = asked.size > rememberedRequests ? asked.keys().next().value : undefined
    if (oldest !== undefined) asked.delete(oldest)
    return faultAt(rates, seededDraw(seed, 'fault', content, String(times)))
  }
}

function faultAt(rates: FaultRates, draw: number): Fault | null {
  let bound = 0
  for (const [key, fault] of kinds) {
    bound += rates[key] ?? 0
    if (draw < bound) return fault
  }
  return null
}

function checkRates(rates: FaultRates): void {
  let sum = 0
  for (const [key] of kinds) {
    const rate = rates[key] ?? 0
    if (!(rate >= 0 && rate <= 1)) {
      throw new AppError('config_invalid', `The fault ${key} is ${rate}: give a share from 0 to 1.`)
    }
    sum += rate
  }
  // A little room for sums such as 0.1 + 0.2 + 0.7.
  if (sum > 1 + 1e-9) {
    throw new AppError('config_invalid', `The faults add up to ${sum}: at most 1 is possible.`)
  }
}
