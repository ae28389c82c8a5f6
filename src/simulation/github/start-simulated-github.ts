import { type FSWatcher, watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scaledClock, systemClock } from '../../shared/index.ts'
import { seededDraw } from '../model-provider/seeded-draw.ts'
import { plainBehaviour, runWorkflows } from './actions/run-workflows.ts'
import { startCopilot } from './copilot/start-copilot.ts'
import { Faults } from './faults/choose-fault.ts'
import { pushLogName } from './git/bare-repository.ts'
import { GitHost } from './git/git-host.ts'
import { PullOperations } from './git/pull-operations.ts'
import { createGraphql } from './graphql/create-graphql.ts'
import { CallStatistics } from './limits/call-statistics.ts'
import { documentedLimits } from './limits/limit-settings.ts'
import { RateLimits } from './limits/rate-limits.ts'
import { answer } from './server/answer.ts'
import { answerControl } from './server/answer-control.ts'
import { closeServer, host, listen, portOf } from './server/listen.ts'
import type { Incoming, Outgoing, Service } from './server/service.ts'
import type {
  CreateRepository,
  SimulatedGitHub,
  SimulatedGitHubOptions,
} from './simulated-github-options.ts'
import type { Repository } from './state/entities.ts'
import { GitHubState } from './state/github-state.ts'
import { startWebhooks } from './webhooks/start-webhooks.ts'
import type { World } from './world.ts'

/**
 * Starts a GitHub that is simulated: REST, GraphQL and webhooks over real bare git repositories, with
 * the documented limits on scaled time, Copilot and workflow runs. Every answer carries
 * `x-maniple-simulated`. Throws `port_taken` and `config_invalid`.
 */
export async function startSimulatedGitHub(
  options: SimulatedGitHubOptions = {},
): Promise<SimulatedGitHub> {
  const { seed = 1, clock: real = systemClock } = options
  const clock = scaledClock({
    ...{ origin: options.origin ?? real.now(), scale: options.timeScale ?? 60, clock: real },
  })
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'maniple-github-')))
  const state = new GitHubState(clock)
  const git = new GitHost(state, directory)
  const stale = staleReadings(seed, options.staleMergeable ?? 0)
  let url = `http://${host}`
  const world: World = {
    ...{ state, git, clock, pulls: new PullOperations(state, git) },
    ...{ url: () => url, staleMergeable: stale.next },
  }
  const parts = startParts(world, options)
  const answering = answerer(parts.service, options)
  const server = await listen(options.port ?? 0, (incoming) => answering.answer(incoming))
  url = `http://${host}:${portOf(server)}`
  const watchers: FSWatcher[] = []
  const close = async (): Promise<void> => {
    for (const watcher of watchers.splice(0)) watcher.close()
    await closeServer(server)
    await parts.end()
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true })
    const failures = parts.failures()
    if (failures.length > 0) throw new AggregateError(failures, 'The simulated GitHub failed')
  }
  const github: SimulatedGitHub = {
    ...{ url, port: portOf(server), clock, state, world, close },
    createUser: (user) => state.actors.create(user),
    createRepository: async (wanted) => {
      const repository = await create(git, wanted)
      watchers.push(watchPushes(parts.service, repository))
      return repository
    },
    createToken: (token) => state.actors.createToken(token),
    failNext: (...ordered) => parts.service.faults.failNext(...ordered),
    staleNext: stale.order,
    stats: () => parts.service.statistics.read(),
    idle: parts.idle,
    [Symbol.asyncDispose]: close,
  }
  answering.controls = github
  return github
}

async function create(git: GitHost, { files, ...wanted }: CreateRepository): Promise<Repository> {
  return await git.create(wanted, files)
}

/** Pushes past the API are noticed at the next request in any case; this notices them at once. */
function watchPushes({ world, failed }: Service, repository: Repository): FSWatcher {
  const path = join(repository.path, pushLogName)
  return watch(path, { persistent: false }, () => {
    world.git.absorb(repository).catch(failed)
  })
}

function startParts(world: World, options: SimulatedGitHubOptions) {
  const { seed = 1 } = options
  const failures: unknown[] = []
  const failed = (error: unknown): void => {
    failures.push(error)
  }
  const webhooks = startWebhooks(world, { seed, ...options.webhooks })
  const copilot = startCopilot(world, { seed, ...options.copilot })
  const runner = runWorkflows(world, options.workflows ?? plainBehaviour, failed)
  const service: Service = {
    ...{ world, failed, deliveries: webhooks, graphql: createGraphql(world) },
    limits: new RateLimits(world.clock, { ...documentedLimits, ...options.limits }),
    statistics: new CallStatistics(),
    faults: new Faults(seed, options.faults ?? {}),
  }
  const idle = async (): Promise<void> => {
    await copilot.idle()
    await webhooks.idle()
  }
  const end = async (): Promise<void> => {
    await copilot[Symbol.asyncDispose]()
    await runner[Symbol.asyncDispose]()
    await webhooks[Symbol.asyncDispose]()
  }
  const all = (): readonly unknown[] => [...failures, ...copilot.failures(), ...webhooks.failures()]
  return { service, idle, end, failures: all }
}

function answerer(service: Service, { control = false, onExchange }: SimulatedGitHubOptions) {
  const answering: {
    controls: SimulatedGitHub | null
    answer: (incoming: Incoming) => Promise<Outgoing>
  } = {
    controls: null,
    answer: async (incoming) => {
      const { controls } = answering
      const isControl = control && incoming.target.startsWith('/_simulation/')
      if (isControl && controls !== null) return await answerControl(controls, incoming)
      const outgoing = await answer(service, incoming)
      onExchange?.(incoming, outgoing)
      return outgoing
    },
  }
  return answering
}

/** Which readings of a mergeability do not know it yet: ordered ones first, then by seed. */
function staleReadings(seed: number, rate: number) {
  let ordered = 0
  let readings = 0
  return {
    order: (count: number): void => {
      ordered += count
    },
    next: (): boolean => {
      if (ordered > 0) {
        ordered -= 1
        return true
      }
      readings += 1
      return seededDraw(seed, 'stale', String(readings)) < rate
    },
  }
}
