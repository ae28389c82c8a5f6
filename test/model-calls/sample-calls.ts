import type { ModelCallRecord } from '../../src/contracts/index.ts'
import { seededRandom } from '../crash/seeded-random.ts'

export const sampleCall = (changes: Partial<ModelCallRecord> = {}): ModelCallRecord => ({
  id: 'call-1',
  at: '2026-11-20T12:00:00.000Z',
  runId: 'run-1',
  task: 'w1',
  attempt: 1,
  repository: 'acme/shop',
  user: 'local',
  specialist: 'code-review',
  taskType: 'code_review',
  complexity: 'medium',
  model: 'small',
  pilot: null,
  arm: null,
  outcome: 'succeeded',
  errorCode: null,
  latencyMs: 1200.5,
  inputTokens: 900,
  outputTokens: 120,
  costUsd: 0.0025,
  repaired: false,
  fallback: false,
  simulated: false,
  ...changes,
})

/** Calls spread over `minutes` up to `end`: retries, fallbacks, both arms, unknown prices. */
export function sampleCalls(seed: number, count: number, end: Date): ModelCallRecord[] {
  const random = seededRandom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0]
  return Array.from({ length: count }, (_, index) => {
    const outcome = random() < 0.85 ? 'succeeded' : 'failed'
    const arm = pick<ModelCallRecord['arm']>(['control', 'candidate', null])
    return sampleCall({
      id: `call-${index}`,
      at: new Date(end.getTime() - below(120 * 60_000)).toISOString(),
      runId: `run-${below(count / 20)}`,
      task: `w${below(10)}`,
      attempt: 1 + below(3),
      taskType: pick(['code_review', 'documentation']),
      complexity: pick(['low', 'medium', 'high']),
      model: pick(['small', 'large', 'local']),
      pilot: arm === null ? null : 'trial',
      arm,
      outcome,
      errorCode: outcome === 'failed' ? 'model_failed' : null,
      latencyMs: below(5_000_000) / 1000,
      inputTokens: below(4000),
      outputTokens: below(800),
      costUsd: random() < 0.2 ? null : below(10_000) / 1_000_000,
    })
  })
}
