import type { Effect, EffectRequest } from '../contracts/index.ts'
import type { Judge } from './findings.ts'
import { worst } from './findings.ts'
import type { GateFacts } from './gate-facts.ts'
import type { GateRules, Verdict } from './gate-rules.ts'
import { judgeContent } from './judge-content.ts'
import { judgePull } from './judge-pull.ts'
import { judgeCounts, judgeStanding } from './judge-standing.ts'
import { judgeTaint } from './judge-taint.ts'
import { sanitiseEffect } from './sanitise-effect.ts'

export type Judgement = {
  readonly verdict: Verdict
  /** The gravest first. */
  readonly reasons: readonly string[]
  /** What would really be performed: the same with its texts sanitised and its secrets hidden. */
  readonly effect: Effect
}

const judges: readonly Judge[] = [judgeStanding, judgeTaint, judgeContent, judgePull, judgeCounts]

/**
 * Allow, ask a person, or deny. Allowed is what the rules open, where nothing speaks against it and
 * every fact that it depends on is known. Perform only the returned effect, never the given one.
 */
export function judgeEffect(
  request: Pick<EffectRequest, 'effect' | 'origin'>,
  facts: GateFacts,
  rules: GateRules,
): Judgement {
  const findings = judges.flatMap((judge) => judge({ ...request, facts, rules }))
  const verdict = worst(findings.map((finding) => finding.verdict))
  const reasons = [
    ...findings.filter((finding) => finding.verdict === 'deny'),
    ...findings.filter((finding) => finding.verdict === 'ask'),
  ].map((finding) => clip(finding.reason))
  const { type, repository } = request.effect
  return {
    verdict,
    reasons: reasons.length > 0 ? [...new Set(reasons)] : [`${type} is allowed in ${repository}.`],
    effect: sanitiseEffect(request.effect, { rules, secrets: facts.secrets }),
  }
}

/** Reasons quote names that others chose. */
const clip = (reason: string) =>
  (reason.length > 400 ? `${reason.slice(0, 399)}…` : reason).toWellFormed()
