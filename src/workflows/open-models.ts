import { createHash } from 'node:crypto'
import { createModelAgent } from '../agents/index.ts'
import type { Config } from '../config/index.ts'
import type { Agent, ModelGateway, OrchestrationService } from '../contracts/index.ts'
import type { Database } from '../database/index.ts'
import type { Engine } from '../engine/index.ts'
import { priceTableVersion } from '../models/index.ts'
import type { Audit, Ledger } from '../records/index.ts'
import { defaultPhases } from '../rollout/index.ts'
import { type Log, systemClock } from '../shared/index.ts'
import type { Metrics } from '../telemetry/index.ts'
import { type Moment, speak } from '../voice/index.ts'
import { createRoster } from './create-roster.ts'
import { createModelGateway } from './gateway/create-model-gateway.ts'
import type { Fleet } from './gateway/gateway-parts.ts'
import { modelIdentity } from './model-identity.ts'
import { createOrchestrationService } from './orchestration/create-orchestration-service.ts'
import { pilotMoment } from './pilot-moment.ts'
import { createPilotService, type PilotController } from './pilot-service.ts'
import { recentOutcomes } from './recent-outcomes.ts'
import type { RouterParts } from './router.ts'

export type ModelsParts = {
  readonly config: Config
  readonly pool: Database['pool']
  readonly engine: Engine
  readonly fleet: Fleet
  readonly ledger: Ledger
  readonly audit: Audit
  readonly metrics: Metrics
  readonly log: Log
  /** Name of the agent that calls models. */
  readonly agentName: string
}

export type Models = {
  readonly agent: Agent
  readonly router: RouterParts
  readonly pilot: PilotController
  readonly orchestration: OrchestrationService
  readonly gateway: ModelGateway
  /** The operator's own words for a specialist. */
  readonly instructions: (specialist: string, repository: string | null) => string | undefined
  /** The voice as configured: one line about what happened. */
  readonly speak: (moment: Moment, key: string) => string
}

/** All that leads to a model: specialists, routing, the gateway, the pilot, orchestration. */
export async function openModels(parts: ModelsParts): Promise<Models> {
  const { config, pool, engine, fleet, ledger, audit, agentName } = parts
  await prepareLanes(engine, fleet)
  const roster = createRoster(config)
  const say = createVoice(config)
  const { maxOutputTokens } = config.orchestration
  const common = { fleet, ledger, caps: config.budgets, maxOutputTokens, clock: systemClock }
  const { candidate = null, control = null } = config.pilot
  const router: RouterParts = {
    ...common,
    ...{ lanes: engine.lanes, specialists: roster, candidate, control },
    outcomes: recentOutcomes(pool, systemClock),
    settings: config.routing,
    random: Math.random,
  }
  const pilot = createPilot(parts, say)
  const { repositories, users } = config.guard
  const orchestration = createOrchestrationService({
    ...common,
    ...{ pool, engine, router, pilot, audit, speak: say, agent: agentName },
    specialists: roster(null),
    priceTable: priceTableVersion,
    defaults: { ...runDefaults(config), slots: config.orchestration.slots },
    limits: config.limits,
    guard: { repositories, users, maxDepth: config.loop.maxDepth },
  })
  const { openSeconds, mostSeconds } = config.breaker
  const gateway = createModelGateway({
    ...common,
    lanes: engine.lanes,
    breaker: { openMs: openSeconds * 1000, mostMs: mostSeconds * 1000 },
    audit,
    metrics: parts.metrics,
    log: parts.log,
    configKeyOf: (name) => (Object.keys(config.models).length > 0 ? `models.${name}` : 'model'),
  })
  const instructions: Models['instructions'] = (specialist, repository) =>
    roster(repository).find(({ name }) => name === specialist)?.instructions
  const agent = createModelAgent({
    ...{ name: agentName, gateway, instructions },
    defaultSlots: config.run.modelSlots,
    identityOf: modelIdentity(config),
  })
  return { agent, router, pilot, orchestration, gateway, instructions, speak: say }
}

/** What a run's tasks get when nobody says otherwise. */
export function runDefaults({ run }: Pick<Config, 'run'>) {
  return {
    timeoutMs: run.taskTimeoutMinutes * 60_000,
    retries: run.retries,
    ageingMs: run.ageingMinutes * 60_000,
  }
}

/** Lanes of models exist from the start, so that what is configured and what is shown agree. */
async function prepareLanes(engine: Engine, fleet: Fleet): Promise<void> {
  const lanes = [...fleet.values()].map(({ profile: { lane } }) => lane)
  await engine.lanes.set(lanes.map(({ name, concurrency }) => ({ name, capacity: concurrency })))
  await engine.lanes.watch(lanes.map(({ name }) => name))
}

/** One line about what happened, always the same one for the same key. */
function createVoice({ voice }: Config): (moment: Moment, key: string) => string {
  return (moment, key) => {
    const draw = createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32
    return speak(voice, moment, draw)
  }
}

function createPilot(
  { config, pool, audit, fleet }: ModelsParts,
  say: (moment: Moment, key: string) => string,
): PilotController {
  const { pilot } = config
  const { name, candidate = null, control = null, participation, repositories, users } = pilot
  return createPilotService({
    pool,
    clock: systemClock,
    configuration: {
      ...{ name, candidate, control, participation },
      phases: [...(pilot.phases ?? defaultPhases)],
      eligibility: { repositories: [...repositories], users: [...users] },
    },
    isSimulated: (model) =>
      [...fleet.values()].some(
        ({ profile }) => profile.simulated && (model === null || profile.name === model),
      ),
    audit: (entry) => audit.append([audit.entry(entry)]),
    speak: (facts) => say(pilotMoment(facts), `${facts.name} ${facts.state} ${facts.phase}`),
  })
}
