import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleRun } from '../../test/cli/sample-run.ts'
import type { OrchestrationResult, WorkloadResult } from '../contracts/index.ts'
import { formatOrchestration } from './format-orchestration.ts'
import { displayWidth } from './terminal-text.ts'

function sampleWorkload(id: string, changes: Partial<WorkloadResult> = {}): WorkloadResult {
  return {
    id,
    type: 'security_scanning',
    state: 'succeeded',
    specialist: 'security-scanning',
    model: 'a-model-with-a-long-name',
    result: 'An answer',
    confidence: 0.87,
    latencyMs: 2512,
    tokens: { input: 100, output: 12_000 },
    costUsd: 0.0123,
    attempts: 1,
    pilot: false,
    fallback: false,
    repaired: false,
    simulated: true,
    routing: {
      specialist: { chosen: 'security-scanning', confidence: 1, candidates: [] },
      models: {
        order: ['a-model-with-a-long-name'],
        candidates: [],
        explored: false,
        draw: null,
      },
      pilot: null,
    },
    error: null,
    ...changes,
  }
}

function sampleResult(workloads: readonly WorkloadResult[]): OrchestrationResult {
  return {
    runId: 'r123456789ab',
    success: false,
    partialSuccess: true,
    workloads: [...workloads],
    modelsUsed: ['a-model-with-a-long-name'],
    processingTimeMs: 2500,
    sequentialTimeMs: 6000,
    speedUp: 2.4,
    parallelEfficiency: 0.81,
    efficiencyRating: 'good',
    costUsd: 0.0246,
    commentary: 'The last word.',
    simulated: true,
  }
}

const hostile = '\u001b[31mred\u202e\u0007 text'

const page = (workloads: readonly WorkloadResult[]) => ({
  run: sampleRun([], { state: 'partial', title: 'Three workloads' }),
  result: sampleResult(workloads),
  answers: 'maniple watch r --json',
  retry: 'maniple retry r',
})

const failed = sampleWorkload('w3', {
  state: 'failed',
  model: null,
  result: null,
  confidence: null,
  latencyMs: null,
  tokens: null,
  costUsd: null,
  error: { code: 'model_failed', message: `${hostile} ${'and so on '.repeat(50)}` },
})

test('names every workload with its figures, the whole, and the last word last', () => {
  const workloads = [
    sampleWorkload('w1'),
    sampleWorkload('w2', {
      ...{ pilot: true, repaired: true, attempts: 2, fallback: true },
      fallbackReason: { from: 'careful', code: 'model_auth' },
    }),
    failed,
  ]
  const text = formatOrchestration(page(workloads), { width: 120, colour: false })
  const row = /^w1 +security-scanning +a-model-with-a-long-name +succeeded +0\.87 +2\.5 s +12,100 /m
  assert.match(text, row)
  assert.match(text, /^w3 +security-scanning +– +failed +–/m)
  const note = /^- w2: given to the candidate .*, answered by a fallback model: careful refused.*$/m
  assert.match(text, note)
  assert.match(text, /\(model_auth\),\s+the\s+answer was repaired .*, 2 tries$/m)
  assert.match(text, /^SIMULATED: /m)
  assert.match(text, /^workloads {3}2 of 3 succeeded$/m)
  assert.match(text, /^speed-up {4}2\.4 x$/m)
  assert.match(text, /^efficiency {2}81\.0 %, rated good$/m)
  assert.match(text, /^cost {8}\$0\.0246 \(simulated\)$/m)
  assert.match(text, /^Rerun what did not succeed: maniple retry r$/m)
  assert.equal(text.split('\n').at(-1), 'The last word.')
})

test('keeps within a terminal, and obeys nothing that the texts contain', () => {
  const strange = sampleWorkload('w1', { specialist: hostile, model: '模型'.repeat(30) })
  for (const width of [50, 80]) {
    const text = formatOrchestration(page([strange, failed]), { width, colour: false })
    assert.doesNotMatch(text, /[\p{Cc}\p{Cf}](?<!\n)/u)
    for (const line of text.split('\n')) assert.ok(displayWidth(line) <= width, line)
  }
})

test('a long title does not cut the id of the run, nor do long names cut the figures', () => {
  const long = { ...page([sampleWorkload('w1'), failed]) }
  const run = { ...long.run, title: 'A title that is long enough to fill a line '.repeat(3) }
  const lines = formatOrchestration({ ...long, run }, { width: 80, colour: false }).split('\n')
  assert.match(lines[0] ?? '', new RegExp(`\\.\\.\\. {2}run ${run.id}$`))
  assert.ok(lines.some((line) => /^w1 .* 2\.5 s +12,100 +\$0\.0123$/.test(line)))
})

test('what was cancelled is counted, and no failure', () => {
  const error = { code: 'cancelled', message: 'stopped: cancelled' }
  const stopped = [1, 2].map((n) => sampleWorkload(`w${n}`, { state: 'cancelled', error }))
  const text = formatOrchestration(page(stopped), { width: 80, colour: false })
  assert.match(text, /^workloads {3}0 of 2 succeeded, 2 cancelled$/m)
  assert.doesNotMatch(text, /Failures|stopped: cancelled/)
})

test('one state for all is not repeated in every row', () => {
  const text = formatOrchestration(page([sampleWorkload('w1')]), { width: 80, colour: false })
  assert.doesNotMatch(text, /STATE|Rerun/)
  assert.match(text, /a-model-with-a-long-name/)
})
