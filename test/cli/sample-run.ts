import type { Run, RunReport, Task } from '../../src/contracts/index.ts'

export const start = Date.parse('2026-01-02T03:04:05.000Z')

/** The moment `ms` after the sample's start, as the contracts write it. */
export function at(ms: number): string {
  return new Date(start + ms).toISOString()
}

export function sampleTask(id: string, overrides: Partial<Task> = {}): Task {
  return {
    id,
    title: `Title of ${id}`,
    type: 'code_generation',
    agent: 'model',
    priority: 'medium',
    complexity: 'medium',
    state: 'waiting',
    dependsOn: [],
    attempts: 0,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    wait: null,
    error: null,
    output: null,
    simulated: false,
    cached: false,
    ...overrides,
  }
}

const noTasks: Run['counts'] = {
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

export function sampleRun(tasks: readonly Task[], overrides: Partial<Run> = {}): Run {
  const counts = { ...noTasks }
  for (const task of tasks) counts[task.state] += 1
  return {
    id: 'r123456789ab',
    kind: 'split',
    title: 'Shop',
    state: 'running',
    agent: 'model',
    slots: 50,
    total: tasks.length,
    counts,
    limit: null,
    cancelRequested: false,
    createdAt: at(0),
    startedAt: at(10),
    finishedAt: null,
    wallTimeMs: 2000,
    sequentialTimeMs: 9000,
    criticalPathMs: 1500,
    speedUp: 4.5,
    parallelEfficiency: 0.75,
    cost: {},
    repository: null,
    user: null,
    lineage: { root: 'r123456789ab', depth: 0 },
    simulated: false,
    report: null,
    seq: 1,
    ...overrides,
  }
}

export function sampleReport(tasks: readonly Task[], overrides: Partial<Run> = {}): RunReport {
  const run = sampleRun(tasks, { state: 'succeeded', finishedAt: at(2000), ...overrides })
  return {
    run,
    tasks: [...tasks],
    speedUp: run.speedUp,
    parallelEfficiency: run.parallelEfficiency,
    wallTimeMs: run.wallTimeMs,
    sequentialTimeMs: run.sequentialTimeMs,
    cost: run.cost,
    simulated: run.simulated,
    failures: tasks.flatMap((task) =>
      task.error === null ? [] : [{ task: task.id, title: task.title, ...task.error }],
    ),
    commentary: '',
  }
}
