import type { Clock } from '../../../shared/index.ts'
import { Actors } from './actors.ts'
import { Checks } from './check-store.ts'
import type { HappenedListener } from './happened.ts'
import { Issues } from './issues.ts'
import { Links } from './links.ts'
import { Pulls } from './pulls.ts'
import { Repositories } from './repositories.ts'
import { type Node, StateCore } from './state-core.ts'
import { Workflows } from './workflow-store.ts'

/**
 * All that the simulated GitHub remembers besides git itself. The parts' methods keep GitHub's own
 * rules and limits, throw a `Refusal` where it would say no, and tell listeners what happened. They
 * know nothing of tokens, rates or HTTP.
 */
export class GitHubState {
  readonly #core: StateCore
  readonly actors: Actors
  readonly repositories: Repositories
  readonly issues: Issues
  readonly links: Links
  readonly pulls: Pulls
  readonly checks: Checks
  readonly workflows: Workflows

  constructor(clock: Clock) {
    this.#core = new StateCore(clock)
    this.actors = new Actors(this.#core)
    this.repositories = new Repositories(this.#core)
    this.issues = new Issues(this.#core)
    this.links = new Links(this.#core, this.issues)
    this.pulls = new Pulls(this.#core, this.issues)
    this.checks = new Checks(this.#core)
    this.workflows = new Workflows(this.#core, { actors: this.actors, checks: this.checks })
  }

  get clock(): Clock {
    return this.#core.clock
  }

  /** Whatever a GraphQL node id stands for. */
  node(nodeId: string): Node | undefined {
    return this.#core.node(nodeId)
  }

  /** Calls back on every change, at once; the result ends it. A listener must not throw. */
  on(listener: HappenedListener): () => void {
    return this.#core.on(listener)
  }
}
