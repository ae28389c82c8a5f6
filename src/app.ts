import { join } from 'node:path'
import {
  type CommandAgentOptions,
  cleanUpClones,
  createCommandAgent,
  createModelAgent,
} from './agents/index.ts'
import type { Config, Environment } from './config/index.ts'
import type { Agent, RunService } from './contracts/index.ts'
import { type Database, openDatabase } from './database/index.ts'
import { Engine } from './engine/index.ts'
import { createModelClient } from './models/index.ts'
import { type Audit, createAudit, createTokens, type Tokens } from './records/index.ts'
import { withRetry } from './resilience/index.ts'
import { newId, systemClock } from './shared/index.ts'
import { startSimulatedProvider } from './simulation/index.ts'
import type { Log } from './telemetry/index.ts'
import { createPerformer, createRunService } from './workflows/index.ts'

/** A command line that only this process performs: it is never stored. */
export type OwnCommand = {
  readonly command: string
  readonly repository: string
  readonly check: string | undefined
  /** Further variables of the starter's environment that the command gets, such as its API key. */
  readonly passEnvironment?: readonly string[] | undefined
}

export type AppOptions = {
  readonly config: Config
  /** From which agent commands get what an allow-list names. */
  readonly environment: Environment
  readonly log: Log
  readonly command?: OwnCommand | undefined
  readonly signal?: AbortSignal
}

export type Readiness = {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>
}

export type WorkerScope = {
  /** How many tasks at once; default: `worker.slots`. */
  readonly slots?: number | undefined
  /** Perform only this run's tasks; default: everybody's. */
  readonly runId?: string | undefined
}

export type App = AsyncDisposable & {
  readonly runs: RunService
  readonly audit: Audit
  readonly tokens: Tokens
  /** The only model provider is the simulated one. */
  readonly simulated: boolean
  readonly readiness: () => Promise<Readiness>
  /** Performs tasks in this process until the app is closed. */
  readonly startWorker: (scope?: WorkerScope) => Promise<void>
  /** Gives back what is not done and closes everything. */
  readonly close: () => Promise<void>
}

/** Name of the agent of a `--agent CMD` run. */
const ownCommandAgent = 'command'

/** Builds everything once, from the configuration. Throws what opening the database throws. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log } = options
  const closers = new AsyncDisposableStack()
  try {
    const commands = createCommandAgents(options)
    // First, so that it holds until the engine has closed.
    closers.use(abandonAtExit(commands))
    const database = await open(options)
    closers.use(database)
    const { pool, listen } = database
    const { apiKey } = config.model
    const secrets = apiKey === undefined ? [] : [apiKey]
    const audit = createAudit({ pool, log, clock: systemClock, secrets })
    closers.defer(() => audit.close())
    const engine = new Engine({ pool, listen, log })
    closers.defer(() => engine.close())
    const model = await createModel(config, closers)
    const agents = new Map([model.agent, ...commands].map((agent) => [agent.name, agent]))
    const binding = options.command === undefined ? null : newId()
    const runs = createRunService({
      engine,
      agents,
      defaultAgent: binding === null ? model.agent.name : ownCommandAgent,
      simulated: new Set(model.simulated ? [model.agent.name] : []),
      bound: { agents: new Set([ownCommandAgent]), binding },
      defaults: {
        timeoutMs: config.run.taskTimeoutMinutes * 60_000,
        retries: config.run.retries,
        ageingMs: config.run.ageingMinutes * 60_000,
      },
      limits: config.limits,
    })
    const perform = createPerformer({ engine, pool, agents })
    const isBound = binding !== null
    const performed = [...agents.keys()].filter((name) => (name === ownCommandAgent) === isBound)
    return {
      runs,
      audit,
      tokens: createTokens({ pool, audit }),
      simulated: model.simulated,
      readiness: async () => await checkReadiness(engine, database.description),
      startWorker: async ({ slots = config.worker.slots, runId } = {}) => {
        await cleanUp(config, log)
        const onlyRun = runId ?? null
        await engine.startWorker({ slots, agents: performed, binding, onlyRun, perform })
      },
      close: () => closers.disposeAsync(),
      [Symbol.asyncDispose]: () => closers.disposeAsync(),
    }
  } catch (error) {
    await closers.disposeAsync()
    throw error
  }
}

/** An embedded server that is being restarted is waited for; a given one must be there. */
async function open({ config, log, signal }: AppOptions): Promise<Database> {
  const { dataDir, databaseUrl } = config
  const given = databaseUrl === undefined ? {} : { databaseUrl }
  const heeded = signal === undefined ? {} : { signal }
  return await withRetry(() => openDatabase({ dataDir, log, ...given, ...heeded }), {
    signal: signal ?? new AbortController().signal,
    retries: databaseUrl === undefined ? 20 : 0,
    maxMs: 1000,
  })
}

async function checkReadiness(engine: Engine, description: string): Promise<Readiness> {
  try {
    const workers = await engine.countWorkers()
    const detail =
      workers > 0 ? `${workers} alive` : 'none is alive: tasks are accepted and wait for one'
    const checks = {
      database: { ok: true, detail: description },
      workers: { ok: workers > 0, detail },
    }
    return { ready: true, checks }
  } catch (error) {
    const detail = `${description} does not answer`
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { ready: false, checks: { database: { ok: false, detail: detail + reason } } }
  }
}

type Model = { readonly agent: Agent; readonly simulated: boolean }

async function createModel(config: Config, closers: AsyncDisposableStack): Promise<Model> {
  const { provider, baseUrl, apiKey, name: model, concurrency, timeoutSeconds } = config.model
  const common = { concurrency, timeoutMs: timeoutSeconds * 1000 }
  const agent = { name: 'model', defaultSlots: config.run.modelSlots }
  if (provider === 'openai-compatible' && baseUrl !== undefined) {
    const key = apiKey === undefined ? {} : { apiKey }
    const client = createModelClient({ provider, baseUrl, model, ...common, ...key })
    return { agent: createModelAgent({ ...agent, client, endpoint: baseUrl }), simulated: false }
  }
  const { seed, latencyMs, faults } = config.simulation
  const simulated = closers.use(
    await startSimulatedProvider({
      seed,
      latencyMs,
      faults,
    }),
  )
  const client = createModelClient({ provider: 'simulated', baseUrl: simulated.baseUrl, ...common })
  return { agent: createModelAgent({ ...agent, client }), simulated: true }
}

/**
 * An exit that does not wait for the closing, such as a second Ctrl-C, must not leave agents
 * behind; that they are in process groups of their own keeps the terminal's signals from them.
 */
function abandonAtExit(agents: readonly Agent[]): Disposable {
  const abandon = (): void => {
    for (const agent of agents) agent.abandon?.()
  }
  if (agents.length > 0) process.on('exit', abandon)
  return { [Symbol.dispose]: () => process.off('exit', abandon) }
}

function createCommandAgents(options: AppOptions): Agent[] {
  const { config, environment, log, command } = options
  const common = {
    workDir: cloneFolder(config),
    slots: config.run.commandSlots,
    environment,
    log: log.child({ part: 'command agent' }),
  }
  const configured: CommandAgentOptions[] = Object.entries(config.agents).map(
    ([name, setting]) => ({ ...common, ...setting, name, capacity: config.run.commandSlots }),
  )
  const own = command === undefined ? [] : [{ ...common, ...command, name: ownCommandAgent }]
  return [...configured, ...own].map(createCommandAgent)
}

function cloneFolder(config: Config): string {
  return join(config.dataDir, 'clones')
}

/** Ends what killed processes left running, and removes their clones. */
async function cleanUp(config: Config, log: Log): Promise<void> {
  const { removed, problems } = await cleanUpClones(cloneFolder(config))
  if (removed > 0) log.info({ removed }, 'clones of killed processes removed')
  for (const problem of problems) log.warn({ problem }, 'a clone could not be removed')
}
