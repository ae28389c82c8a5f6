import type { Complexity } from '../contracts/index.ts'

const weighedCharacters = 20_000

/**
 * Words that make work harder or easier, by how much. Each counts once, however often it stands in
 * the text.
 */
const signs: readonly (readonly [points: number, pattern: RegExp])[] = [
  [2, /\b(?:architect\w*|distributed|concurren\w*|race conditions?|deadlocks?|consisten\w*)\b/i],
  [2, /\b(?:migrat\w*|rewrite|redesign|from scratch|end[- ]to[- ]end|backwards? compatib\w*)\b/i],
  [
    2,
    /\b(?:payments?|encrypt\w*|cryptograph\w*|oauth\w*|authenticat\w*|authori[sz]\w*|tenants?)\b/i,
  ],
  [
    1,
    /\b(?:performance|latency|memory leak|scal(?:e|able|ability|ing)|real[- ]?time|throughput)\b/i,
  ],
  [1, /\b(?:security|vulnerab\w*|complian\w*|threats?|gdpr|pci|owasp|penetration)\b/i],
  [1, /\b(?:refactor\w*|integrat\w*|several|multiple|across|whole|entire|all services)\b/i],
  [1, /\b(?:database|schema|transactions?|queues?|cach(?:e|ing)|webhooks?|idempoten\w*)\b/i],
  [-2, /\b(?:typos?|rename|wording|spelling|whitespace|bump|one[- ]liner|lint\w*)\b/i],
  [-1, /\b(?:small|simple|trivial|minor|quick|tiny|just|only|label\w*|readme|comment)\b/i],
]

/**
 * How hard a text's task looks. Points: the signs above; one from 600 characters, two from 2,500,
 * three from 8,000 (what takes long to say is rarely simple); one from four listed points, two from
 * ten; minus one for a text under 60 characters. 0 or less is low, 1 to 3 medium, more high. Only the
 * first 20,000 characters are searched; the length counts whole.
 */
export function judgeComplexity(content: string): Complexity {
  const text = content.slice(0, weighedCharacters)
  const spoken = signs
    .filter(([, pattern]) => pattern.test(text))
    .reduce((sum, [points]) => sum + points, 0)
  const listed = text.match(/^\s{0,8}(?:[-*+]|\d{1,3}[.)])\s/gm)?.length ?? 0
  const points = 1 + spoken + pointsOfLength(content.length) + steps(listed, [4, 10])
  if (points <= 0) return 'low'
  return points <= 3 ? 'medium' : 'high'
}

const pointsOfLength = (length: number): number =>
  length < 60 ? -1 : steps(length, [600, 2_500, 8_000])

const steps = (value: number, limits: readonly number[]): number =>
  limits.filter((limit) => value >= limit).length
