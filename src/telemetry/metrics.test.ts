import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, type ModelCallFigures } from './metrics.ts'

const call: ModelCallFigures = {
  model: 'small',
  specialist: 'code-review',
  outcome: 'succeeded',
  latencyMs: 1500,
  inputTokens: 900,
  outputTokens: 100,
  costUsd: 0.25,
}
const lane = {
  name: 'model:small',
  capacity: 8,
  held: 3,
  breaker: 'half-open',
  shut: null,
} as const

test('calls, tasks, lanes and overhead can be scraped', async () => {
  const metrics = createMetrics({ lanes: async () => [lane] })
  metrics.modelCall(call)
  metrics.modelCall({ ...call, outcome: 'failed', costUsd: null })
  metrics.taskEnded('succeeded')
  metrics.overhead(0.0004)
  const { contentType, body } = await metrics.scrape()
  assert.match(contentType, /^text\/plain; version=0\.0\.4/)
  const lines = body.split('\n')
  for (const line of [
    'maniple_model_calls_total{model="small",specialist="code-review",outcome="succeeded"} 1',
    'maniple_model_calls_total{model="small",specialist="code-review",outcome="failed"} 1',
    'maniple_model_call_seconds_sum{model="small",outcome="succeeded"} 1.5',
    'maniple_model_call_seconds_bucket{le="1",model="small",outcome="succeeded"} 0',
    'maniple_model_tokens_total{model="small",direction="input"} 1800',
    'maniple_model_tokens_total{model="small",direction="output"} 200',
    'maniple_model_cost_usd_total{model="small"} 0.25',
    'maniple_tasks_ended_total{state="succeeded"} 1',
    'maniple_lane_held{lane="model:small"} 3',
    'maniple_lane_capacity{lane="model:small"} 8',
    'maniple_lane_breaker{lane="model:small"} 1',
    '# HELP maniple_overhead_seconds Time that the gateway adds to a model call that went well: look at the lane, reserve, settle, record; routing was before',
    'maniple_overhead_seconds_bucket{le="0.00025"} 0',
    'maniple_overhead_seconds_bucket{le="0.0005"} 1',
  ]) {
    assert.ok(lines.includes(line), `${line} is not in\n${body}`)
  }
  assert.ok(lines.some((line) => line.startsWith('process_resident_memory_bytes ')))
})

test('label values beyond the bound are counted together', async () => {
  const metrics = createMetrics({ lanes: async () => [], maxLabelValues: 2 })
  for (const model of ['a', 'b', 'c', 'd', 'a']) metrics.modelCall({ ...call, model })
  const { body } = await metrics.scrape()
  const counts = body
    .split('\n')
    .flatMap(
      (line) => /^maniple_model_calls_total\{model="(\w+)".* (\d+)$/.exec(line)?.slice(1, 3) ?? [],
    )
  assert.deepEqual(counts, ['a', '2', 'b', '1', 'other', '2'])
})

test('figures that are no numbers, and lanes that cannot be read, fail nothing', async () => {
  const lanes = [lane]
  let down = false
  const read = async () => {
    if (down) throw new Error('the database is down')
    return lanes
  }
  const metrics = createMetrics({ lanes: read })
  metrics.modelCall({ ...call, latencyMs: Number.NaN, inputTokens: -1, costUsd: Number.NaN })
  metrics.overhead(Number.NEGATIVE_INFINITY)
  assert.ok((await metrics.scrape()).body.includes('maniple_lane_held{lane="model:small"} 3'))
  down = true
  const { body } = await metrics.scrape()
  assert.ok(body.includes('maniple_lane_read_failures_total 1'))
  assert.ok(!body.includes('lane="model:small"'), 'a lane that was not read shows no old figure')
  assert.ok(!body.includes('NaN} ') && !/maniple_\S+ (NaN|-)/.test(body))
})

test('two in one process do not meet', async () => {
  const [one, other] = [
    createMetrics({ lanes: async () => [] }),
    createMetrics({ lanes: async () => [] }),
  ]
  one.taskEnded('failed')
  assert.ok((await one.scrape()).body.includes('maniple_tasks_ended_total{state="failed"} 1'))
  assert.ok(!(await other.scrape()).body.includes('maniple_tasks_ended_total{state="failed"}'))
})
