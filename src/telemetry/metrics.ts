import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { LaneStatus, ModelCallRecord, TaskState } from '../contracts/index.ts'
import { boundedLabel } from './bounded-label.ts'

export type ModelCallFigures = Pick<
  ModelCallRecord,
  'model' | 'specialist' | 'outcome' | 'latencyMs' | 'inputTokens' | 'outputTokens' | 'costUsd'
>
export type EndedTaskState = Extract<TaskState, 'succeeded' | 'failed' | 'skipped' | 'cancelled'>

/** What this process counts, and how a metrics server reads it. */
export type Metrics = {
  readonly modelCall: (call: ModelCallFigures) => void
  readonly taskEnded: (state: EndedTaskState) => void
  /** What Maniple itself added to one model call: route, reserve, settle, audit. */
  readonly overhead: (seconds: number) => void
  readonly scrape: () => Promise<{ readonly contentType: string; readonly body: string }>
}

export type MetricsOptions = {
  /** Asked on every scrape. */
  readonly lanes: () => Promise<readonly LaneStatus[]>
  /** Different values a label may take before the rest are counted as `other`; default: 50. */
  readonly maxLabelValues?: number
}

const callBuckets = [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 5, 10, 30, 60, 120]
const overheadBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.05, 0.25]
const breakerLevels = { closed: 0, 'half-open': 1, open: 2 } as const

/** A registry of its own, so that two in one process do not meet. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const limit = options.maxLabelValues ?? 50
  const work = workMetrics(registry, limit)
  const lanes = laneMetrics(registry, limit)
  return {
    ...work,
    scrape: async () => {
      await lanes.collect(options.lanes)
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}

/** A figure that is no number must not fail the work it is about. */
const amount = (value: number): number => (Number.isFinite(value) && value > 0 ? value : 0)

function workMetrics(registry: Registry, limit: number): Omit<Metrics, 'scrape'> {
  const registers = [registry]
  const calls = new Counter({
    name: 'maniple_model_calls_total',
    help: 'Calls of models',
    labelNames: ['model', 'specialist', 'outcome'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'maniple_model_call_seconds',
    help: 'How long calls of models took',
    labelNames: ['model', 'outcome'] as const,
    buckets: callBuckets,
    registers,
  })
  const tokens = new Counter({
    name: 'maniple_model_tokens_total',
    help: 'Tokens sent to (input) and received from (output) models',
    labelNames: ['model', 'direction'] as const,
    registers,
  })
  const cost = new Counter({
    name: 'maniple_model_cost_usd_total',
    help: 'Cost of model calls whose price is known',
    labelNames: ['model'] as const,
    registers,
  })
  const ended = new Counter({
    name: 'maniple_tasks_ended_total',
    help: 'Tasks that ended',
    labelNames: ['state'] as const,
    registers,
  })
  const overhead = new Histogram({
    name: 'maniple_overhead_seconds',
    help: 'Time that the gateway adds to a model call that went well: look at the lane, reserve, settle, record; routing was before',
    buckets: overheadBuckets,
    registers,
  })
  const modelOf = boundedLabel(limit)
  const specialistOf = boundedLabel(limit)
  return {
    modelCall: (call) => {
      const { outcome } = call
      const model = modelOf(call.model)
      calls.inc({ model, specialist: specialistOf(call.specialist), outcome })
      seconds.observe({ model, outcome }, amount(call.latencyMs) / 1000)
      tokens.inc({ model, direction: 'input' }, amount(call.inputTokens))
      tokens.inc({ model, direction: 'output' }, amount(call.outputTokens))
      if (call.costUsd !== null) cost.inc({ model }, amount(call.costUsd))
    },
    taskEnded: (state) => ended.inc({ state }),
    overhead: (value) => overhead.observe(amount(value)),
  }
}

function laneMetrics(registry: Registry, limit: number) {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['lane'] as const, registers: [registry] })
  const held = gauge('maniple_lane_held', 'Places of the lane that are taken')
  const capacity = gauge('maniple_lane_capacity', 'Places of the lane')
  const breaker = gauge('maniple_lane_breaker', 'Breaker: 0 closed, 1 half-open, 2 open')
  const failures = new Counter({
    name: 'maniple_lane_read_failures_total',
    help: 'Scrapes that have no lanes because these could not be read',
    registers: [registry],
  })
  const collect = async (read: MetricsOptions['lanes']): Promise<void> => {
    // Without the database the process has still something to say, and says that this is missing.
    const lanes = await read().catch(() => null)
    for (const each of [held, capacity, breaker]) each.reset()
    if (lanes === null) return failures.inc()
    for (const { name: lane, ...status } of lanes.slice(0, limit)) {
      held.set({ lane }, status.held)
      capacity.set({ lane }, status.capacity)
      breaker.set({ lane }, breakerLevels[status.breaker])
    }
  }
  return { collect }
}
