import type { Clock, ScaledClock } from '../../shared/index.ts'
import type { WorkflowBehaviour } from './actions/run-workflows.ts'
import type { CopilotOptions } from './copilot/copilot-options.ts'
import type { FaultMatch, GitHubFault, GitHubFaultRates } from './faults/choose-fault.ts'
import type { FileContents } from './git/git-host.ts'
import type { GitHubStats } from './limits/call-statistics.ts'
import type { LimitSettings } from './limits/limit-settings.ts'
import type { Incoming, Outgoing } from './server/service.ts'
import type { Actor, Token } from './state/actor.ts'
import type { NewActor, NewToken } from './state/actors.ts'
import type { NewRepository, Repository } from './state/entities.ts'
import type { GitHubState } from './state/github-state.ts'
import type { WebhookOptions } from './webhooks/webhook-options.ts'
import type { World } from './world.ts'

export type SimulatedGitHubOptions = {
  /** Decides faults, and what Copilot and webhooks draw. Default 1. */
  readonly seed?: number
  /** How many simulated milliseconds pass in a real one. Default 60; 1: unscaled. */
  readonly timeScale?: number
  /** The instant at which simulated and real time agree. Default: now. */
  readonly origin?: number
  /** The real time that is scaled. Default: the system's. */
  readonly clock?: Clock
  /** Default 0: any free port. */
  readonly port?: number
  /** Where the git repositories go. Default: a temporary folder that `close` removes. */
  readonly directory?: string
  /** What differs from GitHub's documented limits. */
  readonly limits?: Partial<LimitSettings>
  readonly faults?: GitHubFaultRates
  /** Share of pull requests whose mergeability the first reading does not know. Default 0. */
  readonly staleMergeable?: number
  readonly workflows?: WorkflowBehaviour
  readonly copilot?: CopilotOptions
  readonly webhooks?: WebhookOptions
  /** Told every request with its answer: what tests of fidelity look at. */
  readonly onExchange?: (incoming: Incoming, outgoing: Outgoing) => void
  /** Serves `/_simulation/…`: for a simulator in a process of its own. Default false. */
  readonly control?: boolean
}

export type CreateRepository = Omit<NewRepository, 'path' | 'owner'> & {
  readonly owner: Actor
  /** Of the first commit on the default branch; a README.md is there in any case. */
  readonly files?: FileContents
}

export type SimulatedGitHub = AsyncDisposable & {
  /** `http://127.0.0.1:<port>`: REST below it, GraphQL at `/graphql`. */
  readonly url: string
  readonly port: number
  readonly clock: ScaledClock
  readonly state: GitHubState
  readonly world: World
  readonly createUser: (user: NewActor) => Actor
  readonly createRepository: (repository: CreateRepository) => Promise<Repository>
  readonly createToken: (token: NewToken) => Token
  /** The next `count` requests that match fail so, before the rates hold. */
  readonly failNext: (count: number, fault: GitHubFault, match?: FaultMatch) => void
  /** The next `count` readings of a mergeability say that it is not known yet. */
  readonly staleNext: (count: number) => void
  readonly stats: () => GitHubStats
  /** Resolves when Copilot has no session and no webhook is on its way. */
  readonly idle: () => Promise<void>
  /** Ends open calls without an answer. Rejects with what went wrong in the background. */
  readonly close: () => Promise<void>
}
