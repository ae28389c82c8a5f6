import { join } from 'node:path'
import { type CommandAgentOptions, cleanUpClones, createCommandAgent } from './agents/index.ts'
import { type Config, type Environment, secretsOf } from './config/index.ts'
import type {
  Agent,
  EffectGate,
  GitHubService,
  OrchestrationService,
  PilotService,
  RunService,
  WebhookService,
} from './contracts/index.ts'
import { type Database, openDatabase } from './database/index.ts'
import { Engine } from './engine/index.ts'
import {
  type Audit,
  createAudit,
  createLedger,
  createTokens,
  DeliveryStore,
  type Tokens,
} from './records/index.ts'
import { withRetry } from './resilience/index.ts'
import { newId, systemClock } from './shared/index.ts'
import { createMetrics, type Log, type Metrics } from './telemetry/index.ts'
import {
  createPerformer,
  createRoster,
  createRunService,
  createWebhookService,
  type Fleet,
  hasGitHub,
  laneStatuses,
  type Models,
  openFleet,
  openGitHub,
  openModels,
  pullAgent,
  type RunServiceParts,
  runDefaults,
  Upkeep,
} from './workflows/index.ts'

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
  readonly orchestration: OrchestrationService
  readonly pilot: PilotService
  /** What is asked for can be seen and decided without a credential too; nothing is performed then. */
  readonly gate: EffectGate
  /** Null where no credential of GitHub is configured. */
  readonly github: GitHubService | null
  /** Says what is missing where no webhook is configured. */
  readonly webhooks: WebhookService
  /** Counters and gauges of this process, for Prometheus. */
  readonly metrics: Metrics['scrape']
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
/** Name of the agent that calls models. */
const modelAgent = 'model'

/** Builds everything once, from the configuration. Throws what opening the database throws. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log } = options
  const closers = new AsyncDisposableStack()
  try {
    const commands = createCommandAgents(options)
    // First, so that it holds until the engine has closed.
    closers.use(abandonAtExit(commands))
    // What is wrong with the configuration is told before a database is started for it.
    createRoster(config)
    const { fleet, simulated, longestCallMs } = await openFleet(config, closers)
    const database = await open(options)
    closers.use(database)
    const stock = { options, database, fleet, longestCallMs }
    const { audit, ledger, metrics, engine } = openEngine(stock, closers)
    const { pool } = database
    const stores = { config, pool, engine, fleet, ledger, audit, metrics }
    const parts = { ...stores, log: log.child({ part: 'models' }), agentName: modelAgent }
    const models = await insist(() => openModels(parts), options.signal)
    const agents = new Map([models.agent, ...commands].map((agent) => [agent.name, agent]))
    const binding = options.command === undefined ? null : newId()
    const given = { ...{ options, engine, audit, agents, binding, models, fleet }, simulated }
    const { runs, gate, github } = await openRuns({ ...given, pool }, closers)
    const perform = createPerformer({ engine, pool, agents })
    const isBound = binding !== null
    const performed = [...agents.keys()].filter((name) => (name === ownCommandAgent) === isBound)
    const startPilot = config.pilot.autoStart && config.pilot.candidate !== undefined
    const { pilot, orchestration } = models
    const upkeep = closers.use(new Upkeep({ pool, log, audit, pilot, startPilot }))
    return {
      runs,
      audit,
      tokens: createTokens({ pool, audit }),
      orchestration,
      pilot,
      gate,
      metrics: metrics.scrape,
      simulated,
      github: github?.service ?? null,
      webhooks: webhooksOf(config, pool),
      readiness: async () => await checkReadiness(engine, database.description),
      startWorker: async ({ slots = config.worker.slots, runId } = {}) => {
        await cleanUp(config, log)
        const onlyRun = runId ?? null
        const choices = [...fleet.keys()]
        const worker = { slots, agents: performed, choices, binding, onlyRun, perform }
        await insist(() => engine.startWorker(worker), options.signal)
        await insist(() => upkeep.start(), options.signal)
        if (binding === null) github?.keeper.start()
      },
      close: () => closers.disposeAsync(),
      [Symbol.asyncDispose]: () => closers.disposeAsync(),
    }
  } catch (error) {
    await closers.disposeAsync()
    throw error
  }
}

type RunStock = Pick<RunServiceParts, 'engine'> & {
  readonly options: AppOptions
  readonly pool: Database['pool']
  readonly audit: Audit
  /** Gets the agents of GitHub besides. */
  readonly agents: Map<string, Agent>
  readonly binding: string | null
  readonly models: Models
  readonly fleet: Fleet
  readonly simulated: boolean
}

/** Runs of every kind, and where GitHub is configured what begins and shows them there. */
async function openRuns(stock: RunStock, closers: AsyncDisposableStack) {
  const { options, pool, engine, audit, agents, binding, models, fleet, simulated } = stock
  const { config, log } = options
  const modelAgents = [modelAgent, pullAgent]
  const runParts: RunServiceParts = {
    ...{ engine, audit, agents, speak: models.speak, limits: config.limits },
    defaultAgent: binding === null ? modelAgent : ownCommandAgent,
    simulated: new Set(simulated ? modelAgents : []),
    bound: { agents: new Set([ownCommandAgent]), binding },
    defaults: runDefaults(config),
    models: {
      ...{ agents: new Set(modelAgents), fleet, caps: config.budgets },
      router: models.router,
    },
  }
  const runs = createRunService(runParts)
  const shared = { pool, engine, audit, log, config, secrets: secretsOf(config) }
  const github = await insist(() => openGitHub(shared, { runParts, models }), options.signal)
  const { gate } = github.service
  if (!hasGitHub(config)) return { runs, gate, github: null }
  closers.use(github.keeper)
  agents.set(pullAgent, github.agent)
  return { runs, gate, github }
}

function webhooksOf({ github }: Config, pool: Database['pool']): WebhookService {
  const store = new DeliveryStore(pool)
  return createWebhookService({ secret: github.webhookSecret ?? null, store })
}

type Stock = {
  readonly options: AppOptions
  readonly database: Database
  readonly fleet: Fleet
  readonly longestCallMs: number
}

/** The engine, with what its commits write beside the tasks: settlements, calls, audit. */
function openEngine(stock: Stock, closers: AsyncDisposableStack) {
  const { options, database, fleet, longestCallMs } = stock
  const { config, log } = options
  const { pool, workPool, listen } = database
  const common = { pool: workPool, clock: systemClock, log }
  const audit = createAudit({ ...common, secrets: secretsOf(config) })
  closers.defer(() => audit.close())
  const ledger = closers.use(createLedger({ ...common, listen, longestCallMs }))
  const metrics = createMetrics({ lanes: () => laneStatuses({ fleet, engine }) })
  const observe = countEnds(metrics)
  const keepRecords = 'maniple.keep_records'
  const engine = new Engine({ pool, workPool, listen, log, keepRecords, observe })
  closers.defer(() => engine.close())
  return { audit, ledger, metrics, engine }
}

/** Tries that are followed by another, and parked tasks, have not ended. */
function countEnds(metrics: Metrics): (kind: string) => void {
  return (kind) => {
    if (kind === 'succeeded' || kind === 'failed' || kind === 'cancelled') metrics.taskEnded(kind)
  }
}

/** An embedded server that is being restarted is waited for; a given one must be there. */
async function open({ config, log, signal }: AppOptions): Promise<Database> {
  const { dataDir, databaseUrl } = config
  const given = databaseUrl === undefined ? {} : { databaseUrl }
  const heeded = signal === undefined ? {} : { signal }
  const attempt = (): Promise<Database> => openDatabase({ dataDir, log, ...given, ...heeded })
  return databaseUrl === undefined ? await insist(attempt, signal) : await attempt()
}

/** A step of the start outlasts a database that goes away and comes back meanwhile. */
async function insist<T>(step: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const never = new AbortController().signal
  return await withRetry(step, { signal: signal ?? never, retries: 20, maxMs: 1000 })
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
