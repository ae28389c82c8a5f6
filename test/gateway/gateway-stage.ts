import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Pool } from 'pg'
import type { Cap } from '../../src/budget/index.ts'
import type {
  CompletionRecord,
  GatewayContext,
  GatewayReply,
  GatewayRequest,
  ModelCallRecord,
} from '../../src/contracts/index.ts'
import { Engine } from '../../src/engine/index.ts'
import { createModelClient, profileOf } from '../../src/models/index.ts'
import { createAudit, createLedger } from '../../src/records/index.ts'
import { newId, systemClock } from '../../src/shared/index.ts'
import { type SimulatedProvider, startSimulatedProvider } from '../../src/simulation/index.ts'
import { createMetrics } from '../../src/telemetry/index.ts'
import { createModelGateway } from '../../src/workflows/gateway/create-model-gateway.ts'
import { createFleet, type Fleet, type Price } from '../../src/workflows/gateway/gateway-parts.ts'
import { silentLog } from '../support/silent-log.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'

export const breaker = { share: 0.5, calls: 10 }

/** Models at the simulated provider, by name; a limit on requests or a price where one is wanted. */
type Models = Readonly<
  Record<string, { readonly requestsPerMinute?: number; readonly price?: Price }>
>

export type Asked = Partial<GatewayRequest> & {
  /** The model whose lane the attempt holds. Default: the first of the order. */
  readonly choice?: string | null
  readonly signal?: AbortSignal
  /** Answers instead of the lanes: who can be had next. */
  readonly takeWay?: GatewayContext['takeWay']
}

export type Stage = {
  readonly provider: SimulatedProvider
  readonly pool: Pool
  /** Another process, as it were, with its own knowledge of lanes. */
  readonly process: () => Promise<Process>
}

export type Process = {
  readonly engine: Engine
  readonly fleet: Fleet
  readonly ask: (asked?: Asked) => Promise<Answered>
  /** What its gateway warned of. */
  readonly warnings: readonly Readonly<Record<string, unknown>>[]
}

export type Answered = {
  readonly reply: GatewayReply | null
  readonly kept: readonly CompletionRecord[]
  /** The calls that it kept, in their order. */
  readonly calls: readonly ModelCallRecord[]
}

/** Gateways on one database before one simulated provider, whose next answers a test decides. */
export async function openStage(
  t: TestContext,
  models: Models,
  {
    latencyMs = 5,
    caps = [],
  }: { readonly latencyMs?: number; readonly caps?: readonly Cap[] } = {},
): Promise<Stage & Process> {
  const stack = new AsyncDisposableStack()
  t.after(() => stack.disposeAsync())
  const database = stack.use(await testDatabase())
  const names = Object.keys(models)
  const provider = stack.use(
    await startSimulatedProvider({ seed: 1, latencyMs, retryAfterMs: 60_000, models: names }),
  )
  const begin = () => beginProcess({ stack, database, fleet: fleetOf(provider, models), caps })
  return { provider, pool: database.pool, process: begin, ...(await begin()) }
}

function fleetOf({ baseUrl, apiKey }: SimulatedProvider, models: Models): Fleet {
  const made = Object.entries(models).map(([model, { requestsPerMinute, price }]) => {
    const settings = {
      ...{ provider: 'openai-compatible' as const, baseUrl, apiKey, model, requestsPerMinute },
      ...{ concurrency: 50, timeoutMs: 60_000 },
      ...(price === undefined ? {} : { price }),
    }
    return { profile: profileOf(model, settings), client: createModelClient(settings) }
  })
  return createFleet(made, { breaker, pricing: { unknown: 'refuse', ceilingUsdPerMillion: 75 } })
}

type Parts = {
  readonly stack: AsyncDisposableStack
  readonly database: TestDatabase
  readonly fleet: Fleet
  readonly caps: readonly Cap[]
}

async function beginProcess({ stack, database, fleet, caps }: Parts): Promise<Process> {
  const { pool } = database
  const { listen } = database.database
  const common = { pool, clock: systemClock, log: silentLog }
  const engine = new Engine({ pool, listen, log: silentLog })
  stack.defer(() => engine.close())
  const audit = createAudit(common)
  stack.defer(() => audit.close())
  const ledger = stack.use(createLedger({ ...common, listen, longestCallMs: 60_000 }))
  const lanes = [...fleet.values()].map(({ profile: { lane } }) => lane)
  await engine.lanes.set(lanes.map(({ name, concurrency }) => ({ name, capacity: concurrency })))
  await engine.lanes.watch(lanes.map(({ name }) => name))
  const warnings: Readonly<Record<string, unknown>>[] = []
  const gateway = createModelGateway({
    ...{ fleet, lanes: engine.lanes, ledger, audit, clock: systemClock },
    ...{ caps, maxOutputTokens: 500, breaker: { openMs: 60_000, mostMs: 600_000 } },
    metrics: createMetrics({ lanes: async () => [] }),
    log: { ...silentLog, warn: (fields) => void warnings.push(fields) },
    configKeyOf: (model) => `models.${model}`,
  })
  const ask = async (asked: Asked = {}): Promise<Answered> => {
    const kept: CompletionRecord[] = []
    const { choice, signal = new AbortController().signal, ...given } = asked
    const request = { ...requestTo([...fleet.keys()]), ...given }
    const takeWay = asked.takeWay ?? openLaneOf(engine)
    const keep = (record: CompletionRecord): void => void kept.push(record)
    const held = choice === undefined ? (request.order[0] ?? null) : choice
    const reply = await gateway(request, { choice: held, signal, takeWay, keep }).catch(
      (error: unknown) => {
        throw Object.assign(error instanceof Error ? error : new Error(String(error)), { kept })
      },
    )
    return { reply, kept, calls: callsIn(kept) }
  }
  return { engine, fleet, ask, warnings }
}

/** As the engine does it, but that there is always room. */
const openLaneOf =
  (engine: Engine): GatewayContext['takeWay'] =>
  async (choices) => {
    const lanes = await engine.lanes.read(choices.map((name) => `model:${name}`))
    const isOpen = (name: string): boolean =>
      lanes.some((lane) => lane.name === `model:${name}` && lane.shut === null)
    return choices.find(isOpen) ?? null
  }

function requestTo(order: readonly string[]): GatewayRequest {
  const runId = newId()
  const about = { repository: null, user: 'ada', specialist: 'general', taskType: 'general' }
  const subject = { runId, rootId: runId, task: 'w1', attempt: 1, ...about }
  return {
    subject: { ...subject, complexity: 'low', pilot: null },
    order,
    system: 'You answer briefly.',
    // Told apart, since the provider decides by what it is asked.
    prompt: `What is ${newId()}?`,
  }
}

export function callsIn(kept: readonly CompletionRecord[]): readonly ModelCallRecord[] {
  return kept.flatMap((one) => (one.kind === 'call' ? [one.record] : []))
}

/** What the provider was asked, in the order of arrival. */
export const modelsCalled = (provider: SimulatedProvider): readonly string[] =>
  provider.calls().map(({ model }) => model)

export async function laneOf(engine: Engine, model: string) {
  const [lane] = await engine.lanes.read([`model:${model}`])
  assert.ok(lane !== undefined)
  return lane
}
