import { setTimeout as delay } from 'node:timers/promises'
import type {
  Caller,
  OrchestrationRequest,
  OrchestrationResult,
  OrchestrationService,
  PilotService,
  Run,
  RunEvent,
  RunService,
  Task,
} from '../../src/contracts/index.ts'
import { AppError } from '../../src/shared/index.ts'
import {
  sampleAnalysis,
  sampleMetrics,
  samplePerformance,
  samplePilot,
  sampleRouting,
} from './sample-figures.ts'

type SampleRun = {
  run: Run
  readonly request: OrchestrationRequest
  readonly tasks: Map<string, Task>
  readonly events: RunEvent[]
  /** Resolved and replaced at each event. */
  news: PromiseWithResolvers<void>
}

const at = '2026-01-01T00:00:00.000Z'

const taskOf = (id: string): Task => ({
  id,
  title: id,
  type: 'documentation',
  agent: 'model',
  priority: 'medium',
  complexity: 'low',
  state: 'ready',
  dependsOn: [],
  attempts: 0,
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  wait: { reason: 'lane', subject: 'model sample', since: at, frees: null },
  error: null,
  output: null,
  simulated: true,
  cached: false,
})

const noCounts: Run['counts'] = {
  waiting: 0,
  ready: 0,
  admitted: 0,
  running: 0,
  parked: 0,
  succeeded: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
}

const runOf = (id: string, total: number): Run => ({
  id,
  kind: 'orchestrate',
  title: 'sample',
  state: 'queued',
  agent: 'model',
  slots: 10,
  total,
  counts: { ...noCounts, ready: total },
  limit: null,
  cancelRequested: false,
  createdAt: at,
  startedAt: null,
  finishedAt: null,
  wallTimeMs: 10,
  sequentialTimeMs: 20,
  criticalPathMs: 10,
  speedUp: 2,
  parallelEfficiency: 1,
  cost: {},
  repository: 'octo/shop',
  user: 'local',
  lineage: { root: id, depth: 0 },
  simulated: true,
  report: null,
  seq: 0,
})

/**
 * The three ports that the tools call, in memory: runs move on only when the test says so. For
 * matters of the protocol; what the tools do with the real services is tested elsewhere.
 */
export class SamplePorts {
  readonly runs: RunService
  readonly orchestration: OrchestrationService
  readonly pilot: PilotService
  /** Who asked for what, in order. */
  readonly calls: { readonly what: string; readonly caller: Caller | null }[] = []
  /** How many follow a run at this moment. */
  followers = 0
  /** Thrown by the next call of `analyze`. */
  failure: Error | undefined
  readonly #known = new Map<string, SampleRun>()
  readonly #keys = new Map<string, string>()

  constructor() {
    this.runs = this.#runService()
    this.orchestration = this.#orchestrationService()
    this.pilot = this.#pilotService()
  }

  /** Ends one task more of the run, and the run with its last. */
  endOne(runId: string, state: 'succeeded' | 'failed' = 'succeeded'): void {
    const sample = this.#find(runId)
    const next = sample.tasks.values().find((task) => task.wait !== null)
    if (next === undefined) throw new AppError('internal', 'nothing is left to end')
    const error = state === 'failed' ? { code: 'model_failed', message: 'it broke' } : null
    this.#change(sample, [{ ...next, state, wait: null, error, output: `did ${next.id}` }])
  }

  async untilFollowed(followers = 1): Promise<void> {
    while (this.followers !== followers) await delay(5)
  }

  async untilCalled(what: string): Promise<void> {
    while (!this.calls.some((call) => call.what === what)) await delay(5)
  }

  #find(id: string): SampleRun {
    const found = this.#known.get(id)
    if (found === undefined) throw new AppError('not_found', `There is no run ${id}`)
    return found
  }

  #change(sample: SampleRun, tasks: readonly Task[]): void {
    for (const task of tasks) sample.tasks.set(task.id, task)
    const counts = Object.groupBy(sample.tasks.values(), ({ state }) => state)
    const open = (counts.ready ?? []).length
    const seq = sample.events.length + 1
    const over = counts.cancelled === undefined ? 'succeeded' : 'cancelled'
    const state = open > 0 ? 'running' : over
    sample.run = {
      ...sample.run,
      seq,
      state,
      counts: {
        ...noCounts,
        ready: open,
        succeeded: (counts.succeeded ?? []).length,
        failed: (counts.failed ?? []).length,
        cancelled: (counts.cancelled ?? []).length,
      },
      finishedAt: open > 0 ? null : at,
    }
    const changes = tasks.map((task) => ({ task: task.id, state: task.state, attempt: 1 }))
    sample.events.push({ seq, at, run: state, changes })
    sample.news.resolve()
    sample.news = Promise.withResolvers()
  }

  async *#follow(id: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const sample = this.#find(id)
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
    })
    this.followers += 1
    try {
      for (let seq = afterSeq; !signal.aborted; seq += 1) {
        while (sample.events.length <= seq) {
          if (signal.aborted || sample.run.finishedAt !== null) return
          await Promise.race([sample.news.promise, aborted])
        }
        const event = sample.events[seq]
        if (event !== undefined) yield event
      }
    } finally {
      this.followers -= 1
    }
  }

  #runService(): RunService {
    const unused = (): never => {
      throw new AppError('internal', 'the tools have no use for this')
    }
    return {
      plan: unused,
      submit: unused,
      list: unused,
      tasks: unused,
      retry: unused,
      report: async (id) => {
        const { run, tasks } = this.#find(id)
        const { speedUp, parallelEfficiency, wallTimeMs, sequentialTimeMs, cost, simulated } = run
        const figures = { speedUp, parallelEfficiency, wallTimeMs, sequentialTimeMs, cost }
        const commentary = ''
        return { run, tasks: [...tasks.values()], failures: [], ...figures, simulated, commentary }
      },
      get: async (id) => this.#find(id).run,
      snapshot: async (id) => {
        const { run, tasks } = this.#find(id)
        return { seq: run.seq, run, tasks: [...tasks.values()] }
      },
      events: (id, afterSeq, signal) => this.#follow(id, afterSeq, signal),
      cancel: async (id) => {
        const sample = this.#find(id)
        this.calls.push({ what: `cancel ${id}`, caller: null })
        const open = [...sample.tasks.values()].filter(({ wait }) => wait !== null)
        this.#change(
          sample,
          open.map((task) => ({ ...task, state: 'cancelled', wait: null })),
        )
        return sample.run
      },
    }
  }

  #orchestrationService(): OrchestrationService {
    return {
      submit: async (request, caller, key) => {
        this.calls.push({ what: `submit ${request.workloads.length}`, caller })
        const known = key === undefined ? undefined : this.#keys.get(key)
        if (known !== undefined) return { run: this.#find(known).run, created: false }
        const id = `run${this.#known.size + 1}`
        const tasks = request.workloads.map((workload, i) => taskOf(workload.id ?? `w${i + 1}`))
        this.#known.set(id, {
          run: runOf(id, tasks.length),
          request,
          tasks: new Map(tasks.map((task) => [task.id, task])),
          events: [],
          news: Promise.withResolvers(),
        })
        if (key !== undefined) this.#keys.set(key, id)
        return { run: this.#find(id).run, created: true }
      },
      wait: async () => null,
      budgets: async () => ({ budgets: [], next: null }),
      result: async (id) => this.#result(id),
      analyze: async (request, caller) => {
        this.calls.push({ what: 'analyze', caller })
        if (this.failure !== undefined) throw this.failure
        return sampleAnalysis(request)
      },
      performance: async (windowMinutes) => samplePerformance(windowMinutes),
      catalogue: async () => ({
        priceTable: 'sample',
        specialists: [],
        models: [],
        simulated: true,
      }),
      sample: () => ({
        repository: 'octo/shop',
        context: '',
        workloads: [{ content: 'write docs', priority: 'medium', dependsOn: [] }],
      }),
      accepted: (run) => `${run.id} is on its way.`,
    }
  }

  #result(id: string): OrchestrationResult {
    const { run, tasks } = this.#find(id)
    return {
      runId: id,
      success: run.state === 'succeeded',
      partialSuccess: false,
      workloads: [...tasks.values()].map((task) => ({
        id: task.id,
        type: task.type,
        state: task.state,
        specialist: 'writer',
        model: task.wait === null ? 'sample-model' : null,
        result: typeof task.output === 'string' ? task.output : null,
        confidence: 0.9,
        latencyMs: 5,
        tokens: null,
        costUsd: null,
        attempts: 1,
        pilot: false,
        fallback: false,
        repaired: false,
        simulated: true,
        routing: sampleRouting,
        error: task.error,
      })),
      modelsUsed: ['sample-model'],
      processingTimeMs: 10,
      sequentialTimeMs: 20,
      speedUp: 2,
      parallelEfficiency: 1,
      efficiencyRating: 'excellent',
      costUsd: null,
      commentary: 'All in line.',
      simulated: true,
    }
  }

  #pilotService(): PilotService {
    const status = async () => samplePilot
    return {
      status,
      metrics: async () => sampleMetrics,
      configuration: () => ({
        name: 'trial',
        candidate: 'new-model',
        control: null,
        phases: [],
        participation: 0.1,
        eligibility: { repositories: [], users: [] },
      }),
      history: async () => [],
      start: status,
      advance: status,
      rollback: status,
      stop: status,
      undo: status,
      feedback: async () => 0,
    }
  }
}
