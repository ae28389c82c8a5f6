import { type Config, loadConfig } from '../../src/config/index.ts'
import type { ModelClient } from '../../src/contracts/index.ts'
import { type Database, openDatabase } from '../../src/database/index.ts'
import { Engine } from '../../src/engine/index.ts'
import { createModelClient, profileOf } from '../../src/models/index.ts'
import { createAudit, createLedger } from '../../src/records/index.ts'
import { systemClock } from '../../src/shared/index.ts'
import { createMetrics } from '../../src/telemetry/index.ts'
import { createRoster } from '../../src/workflows/create-roster.ts'
import { createModelGateway } from '../../src/workflows/gateway/create-model-gateway.ts'
import { createFleet, type Fleet } from '../../src/workflows/gateway/gateway-parts.ts'
import { openRouter, type Work } from '../../src/workflows/router.ts'
import type { BenchContext } from '../contract.ts'
import { type OpenCaller, question } from './contract.ts'
import { instantSettings } from './provider-layer.ts'
import { RecordKeeper } from './record-keeper.ts'

export type ManipleCaller = OpenCaller & {
  /**
   * Takes, of each call since the last time, all that was not the provider layer's, in ms: routing,
   * and the gateway with whatever it waited for.
   */
  readonly takeOverheads: () => number[]
  /** How many calls the database holds. */
  readonly stored: () => Promise<number>
}

const perDay = { period: 'day', unit: 'usd', amount: 1_000_000 } as const
const caps = [
  { scope: 'all', ...perDay },
  { scope: 'repository', ...perDay },
  { scope: 'user', ...perDay },
] as const

const warn = (fields: object, message: string): void => {
  process.stderr.write(`Maniple: ${message}: ${'err' in fields ? String(fields.err) : ''}\n`)
}
const log = { info: () => {}, warn, error: warn }

const lineage = { runId: 'bench', rootId: 'bench', repository: 'octo/shop', user: 'ann' }
const work: Work = { type: 'code_review', content: question.prompt, complexity: 'medium' }

/** The gateway with all it has in a server: routing, breaker, rates, three budgets, audit, metrics. */
export async function openManipleGateway(
  context: BenchContext,
  baseUrl: string,
): Promise<ManipleCaller> {
  await using closers = new AsyncDisposableStack()
  const databaseUrl = await context.createDatabase('maniple_calls')
  const dataDir = await context.createDirectory('maniple_calls')
  const database = await openDatabase({ databaseUrl, dataDir, log, poolSize: 4 })
  closers.use(database)
  const parts = await openParts({ database, dataDir, baseUrl }, closers)
  const opened = closers.move()
  return {
    ...callsOf(parts),
    settled: () => parts.keeper.settled(),
    stop: () => opened.disposeAsync(),
    stored: async () => {
      const { rows } = await parts.pool.query<{ count: number }>(
        `select count(*)::int as count from maniple.model_calls`,
      )
      return rows[0]?.count ?? 0
    },
  }
}

type Place = {
  readonly database: Database
  readonly dataDir: string
  readonly baseUrl: string
}

async function openParts(place: Place, closers: AsyncDisposableStack) {
  const { pool, listen } = place.database
  const config = loadConfig({ env: {}, cwd: place.dataDir, overrides: { dataDir: place.dataDir } })
  const times = new Map<AbortSignal, number>()
  const fleet = timedFleet(place.baseUrl, { config, times })
  const clock = systemClock
  const audit = createAudit({ pool, log, clock, secrets: ['a-key-of-a-provider'] })
  closers.defer(() => audit.close())
  const ledger = closers.use(createLedger({ pool, listen, clock, log, longestCallMs: 60_000 }))
  const engine = new Engine({ pool, listen, log })
  closers.defer(() => engine.close())
  const { lanes } = engine
  const lane = { name: `model:${question.model}`, capacity: 1000 }
  await lanes.set([lane])
  await lanes.watch([lane.name])
  const common = { fleet, lanes, ledger, caps, maxOutputTokens: question.maxOutputTokens, clock }
  const gateway = createModelGateway({
    ...common,
    ...{ audit, metrics: createMetrics({ lanes: async () => [] }) },
    breaker: { openMs: 30_000, mostMs: 300_000 },
  })
  const router = await openRouter(
    {
      ...common,
      ...{ specialists: createRoster(config), settings: config.routing, random: Math.random },
      ...{ outcomes: async () => [], candidate: null, control: null },
    },
    { ...lineage, pilot: null },
  )
  const keeper = new RecordKeeper(pool)
  closers.defer(() => keeper.settled())
  return { pool, times, gateway, router, keeper }
}

/** One model whose calls write down, by their signal, how long the provider layer took. */
function timedFleet(
  baseUrl: string,
  { config, times }: { readonly config: Config; readonly times: Map<AbortSignal, number> },
): Fleet {
  const settings = instantSettings(baseUrl)
  const client = createModelClient(settings)
  const generate: ModelClient['generate'] = async (request) => {
    const begun = performance.now()
    const reply = await client.generate(request)
    times.set(request.signal, performance.now() - begun)
    return reply
  }
  const profile = profileOf(question.model, settings)
  return createFleet([{ profile, client: { ...client, generate } }], config)
}

function callsOf({ times, gateway, router, keeper }: Awaited<ReturnType<typeof openParts>>) {
  const overheads: number[] = []
  let calls = 0
  const call = async (): Promise<void> => {
    const { signal } = new AbortController()
    const begun = performance.now()
    const { specialist, taskType, complexity, decision } = router.route(work)
    calls += 1
    const about = { specialist: specialist.name, taskType, complexity, pilot: null }
    const { system, prompt } = question
    const reply = await gateway(
      {
        subject: { ...lineage, ...about, task: `t${calls}`, attempt: 1 },
        ...{ order: decision.models.order, system, prompt },
      },
      { choice: question.model, signal, takeWay: async () => null, keep: keeper.keep },
    )
    const totalMs = performance.now() - begun
    const calledMs = times.get(signal)
    times.delete(signal)
    if (reply === null || calledMs === undefined) throw new Error('the gateway made no call')
    overheads.push(totalMs - calledMs)
  }
  return { call, takeOverheads: () => overheads.splice(0) }
}
