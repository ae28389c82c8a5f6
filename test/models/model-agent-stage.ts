import { tmpdir } from 'node:os'
import { loadConfig } from '../../src/config/index.ts'
import type {
  Agent,
  AgentContext,
  AgentTask,
  CompletionRecord,
  TaskRouting,
} from '../../src/contracts/index.ts'
import { Engine } from '../../src/engine/index.ts'
import { createAudit, createLedger } from '../../src/records/index.ts'
import { systemClock } from '../../src/shared/index.ts'
import { createMetrics } from '../../src/telemetry/index.ts'
import { openFleet, openModels } from '../../src/workflows/index.ts'
import { silentLog } from '../support/silent-log.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'

export type AgentStage = AsyncDisposable & {
  readonly agent: Agent
  /** What the calls left for the end of their attempt. */
  readonly kept: readonly CompletionRecord[]
  readonly context: (signal?: AbortSignal) => AgentContext
  /** Why the lane of a model is shut at the moment. */
  readonly shut: (model: string) => Promise<string | null>
}

/**
 * The model agent as the app makes it, before the gateway and all that stands behind it; on a
 * database of its own unless one is given.
 */
export async function modelAgentStage(
  overrides: Readonly<Record<string, unknown>>,
  shared?: TestDatabase,
): Promise<AgentStage> {
  const given = { 'simulation.latencyMs': 0, 'simulation.seed': 1, ...overrides }
  const config = loadConfig({ env: {}, cwd: tmpdir(), overrides: given })
  await using stack = new AsyncDisposableStack()
  const { pool, database } = shared ?? stack.use(await testDatabase())
  const { listen } = database
  const { fleet, longestCallMs } = await openFleet(config, stack)
  const common = { pool, clock: systemClock, log: silentLog }
  const audit = createAudit(common)
  stack.defer(() => audit.close())
  const ledger = stack.use(createLedger({ ...common, listen, longestCallMs }))
  const metrics = createMetrics({ lanes: async () => [] })
  const engine = new Engine({ pool, listen, log: silentLog })
  stack.defer(() => engine.close())
  const parts = { config, pool, engine, fleet, ledger, audit, metrics }
  const { agent } = await openModels({ ...parts, log: silentLog, agentName: 'model' })
  const kept: CompletionRecord[] = []
  const gateway = {
    choice: null,
    takeWay: async () => null,
    keep: (record: CompletionRecord) => void kept.push(record),
  }
  const open = stack.move()
  return {
    agent,
    kept,
    context: (signal = new AbortController().signal) => ({
      signal,
      stillOurs: async () => true,
      gateway,
    }),
    shut: async (model) => (await engine.lanes.read([`model:${model}`]))[0]?.shut?.reason ?? null,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** A task that routing sent to `order`. */
export function routedTask(
  order: readonly string[],
  { specialist = 'code_generation', isStructured = false } = {},
): AgentTask & { readonly routing: TaskRouting } {
  const runId = 'run-1'
  const subject: TaskRouting['subject'] = {
    ...{ runId, rootId: runId, task: 'cart', attempt: 1, repository: null, user: null },
    ...{ specialist, taskType: 'code_generation', pilot: null },
    complexity: 'medium',
  }
  return {
    ...{ runId, runTitle: 'Shop', taskId: 'cart', title: 'Build the cart' },
    ...{ type: 'code_generation', attempt: 1, instructions: 'Write the cart.', dependencies: [] },
    routing: { subject, order, retries: 0, isStructured },
  }
}
