import type { Clock } from '../../../shared/index.ts'
import type { Actor, App, By, Installation } from './actor.ts'
import type {
  CheckRun,
  CheckSuite,
  Comment,
  Issue,
  Label,
  Repository,
  Review,
  ReviewComment,
} from './entities.ts'
import type { Change, Happened, HappenedListener } from './happened.ts'

/** What a GraphQL node id can stand for. A pull request is found as its issue. */
export type Node =
  | { readonly type: 'Actor'; readonly value: Actor }
  | { readonly type: 'App'; readonly value: App }
  | { readonly type: 'Repository'; readonly value: Repository }
  | { readonly type: 'Issue'; readonly value: Issue }
  | { readonly type: 'Label'; readonly value: Label }
  | { readonly type: 'Comment'; readonly value: Comment }
  | { readonly type: 'Review'; readonly value: Review }
  | { readonly type: 'ReviewComment'; readonly value: ReviewComment }
  | { readonly type: 'CheckRun'; readonly value: CheckRun }
  | { readonly type: 'CheckSuite'; readonly value: CheckSuite }

/** GitHub's prefixes of node ids, by what they name. */
const prefixes = {
  App: 'A_kwHO',
  Bot: 'BOT_kgDO',
  CheckRun: 'CR_kwDO',
  CheckSuite: 'CS_kwDO',
  Comment: 'IC_kwDO',
  Installation: 'MDIzOkludGVncmF0aW9u',
  Issue: 'I_kwDO',
  Label: 'LA_kwDO',
  Organization: 'O_kgDO',
  PullRequest: 'PR_kwDO',
  Repository: 'R_kgDO',
  Review: 'PRR_kwDO',
  ReviewComment: 'PRRC_kwDO',
  Status: 'SC_kwDO',
  TimelineEvent: 'LE_lADO',
  User: 'U_kgDO',
  Workflow: 'W_kwDO',
  WorkflowRun: 'WFR_kwLO',
} as const
export type NodeKind = keyof typeof prefixes

/** What all parts of the state share: ids, time, the directory of nodes, who listens. */
export class StateCore {
  readonly clock: Clock
  readonly #nodes = new Map<string, Node>()
  readonly #listeners = new Set<HappenedListener>()
  readonly installations = new Map<number, Installation>()
  /** Above 2^31, as GitHub's own ids are by now: whoever keeps them in 32 bits is to notice. */
  #lastId = 3_000_000_000

  constructor(clock: Clock) {
    this.clock = clock
  }

  now(): number {
    return this.clock.now()
  }

  /** Database ids are unique over all kinds: more than GitHub promises, and nothing it denies. */
  nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  nodeId(kind: NodeKind, id: number): string {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(BigInt(id))
    return prefixes[kind] + bytes.toString('base64url')
  }

  register(nodeId: string, node: Node): void {
    this.#nodes.set(nodeId, node)
  }

  forget(nodeId: string): void {
    this.#nodes.delete(nodeId)
  }

  node(nodeId: string): Node | undefined {
    return this.#nodes.get(nodeId)
  }

  /** Listeners are called in the order they came, before the change's caller goes on. */
  on(listener: HappenedListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  emit(repository: Repository, by: By, change: Change): void {
    const happened: Happened = { ...change, repository, by, at: this.now() }
    for (const listener of this.#listeners) listener(happened)
  }
}
