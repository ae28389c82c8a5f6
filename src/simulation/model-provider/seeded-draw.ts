import { createHash } from 'node:crypto'

/** A number in [0, 1) that depends on its arguments alone: the same on every machine and run. */
export function seededDraw(seed: number, ...parts: readonly string[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...parts]))
    .digest()
  return digest.readUIntBE(0, 6) / 2 ** 48
}

/** One of `choices`, by the same rule. */
export function seededChoice<T>(choices: readonly [T, ...T[]], draw: number): T {
  return choices[Math.floor(draw * choices.length)] ?? choices[0]
}
