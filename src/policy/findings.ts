import type { EffectOrigin, EffectRequest } from '../contracts/index.ts'
import type { GateFacts } from './gate-facts.ts'
import type { GateRules, Verdict } from './gate-rules.ts'

/** One thing that speaks against an effect, in words for the person who is asked or told. */
export type Finding = { readonly verdict: 'ask' | 'deny'; readonly reason: string }

/** All that a judgement is made of. */
export type Case = {
  readonly effect: EffectRequest['effect']
  readonly origin: EffectOrigin
  readonly facts: GateFacts
  readonly rules: GateRules
}

/** Looks at one side of a case. */
export type Judge = (given: Case) => readonly Finding[]

export const ask = (reason: string): Finding => ({ verdict: 'ask', reason })
export const deny = (reason: string): Finding => ({ verdict: 'deny', reason })

const weights = { allow: 0, ask: 1, deny: 2 } as const

export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((one, other) => (weights[other] > weights[one] ? other : one), 'allow')
}
