import type { App, By } from './actor.ts'
import type {
  CheckRun,
  CheckStatus,
  CheckSuite,
  CommitStatus,
  Conclusion,
  Repository,
} from './entities.ts'
import type { StateCore } from './state-core.ts'

export type NewCheckRun = {
  readonly name: string
  readonly headSha: string
  readonly headBranch?: string | null
  readonly status?: CheckStatus
  readonly conclusion?: Conclusion | null
  readonly output?: CheckRun['output']
  readonly detailsUrl?: string | null
  readonly externalId?: string
}

export type CheckUpdate = {
  readonly status?: CheckStatus
  readonly conclusion?: Conclusion | null
  readonly output?: CheckRun['output']
}

export type NewStatus = Pick<CommitStatus, 'sha' | 'context' | 'state'> &
  Partial<Pick<CommitStatus, 'description' | 'targetUrl'>>

/** The state that GitHub shows for a commit as a whole. Null: no checks at all. */
export type Rollup = 'SUCCESS' | 'FAILURE' | 'ERROR' | 'PENDING' | null

const nothing = { title: null, summary: null, text: null }

/** Check runs in their suites, and commit statuses. */
export class Checks {
  readonly #core: StateCore

  constructor(core: StateCore) {
    this.#core = core
  }

  createRun(repository: Repository, wanted: NewCheckRun, owner: { app: App; by: By }): CheckRun {
    const { app, by } = owner
    const suite = this.suiteFor(repository, wanted, app)
    const id = this.#core.nextId()
    const now = this.#core.now()
    const run: CheckRun = {
      ...{ id, nodeId: this.#core.nodeId('CheckRun', id), suite },
      ...{ name: wanted.name, headSha: wanted.headSha, externalId: wanted.externalId ?? '' },
      ...{ detailsUrl: wanted.detailsUrl ?? null, status: 'queued', conclusion: null },
      ...{ output: wanted.output ?? nothing, startedAt: now, completedAt: null },
    }
    repository.checkRuns.push(run)
    this.#core.register(run.nodeId, { type: 'CheckRun', value: run })
    this.#core.emit(repository, by, { kind: 'check_run.created', run })
    const { status, conclusion } = wanted
    if (status !== undefined || conclusion !== undefined) this.update(run, wanted, by)
    return run
  }

  update(run: CheckRun, { status, conclusion, output }: CheckUpdate, by: By): void {
    const ends = conclusion !== undefined && conclusion !== null
    run.status = ends ? 'completed' : (status ?? run.status)
    run.conclusion = ends ? conclusion : run.conclusion
    run.output = output ?? run.output
    if (run.status === 'completed' && run.completedAt === null) {
      run.completedAt = this.#core.now()
      this.#core.emit(run.suite.repository, by, { kind: 'check_run.completed', run })
    }
    this.#settleSuite(run.suite, by)
  }

  find(repository: Repository, id: number): CheckRun | undefined {
    return repository.checkRuns.find((run) => run.id === id)
  }

  runsOf(repository: Repository, sha: string): readonly CheckRun[] {
    return repository.checkRuns.filter(({ headSha }) => headSha === sha)
  }

  suitesOf(repository: Repository, sha: string): readonly CheckSuite[] {
    return repository.checkSuites.filter(({ headSha }) => headSha === sha)
  }

  /** One suite per app and commit, made when it is first needed. */
  suiteFor(
    repository: Repository,
    { headSha, headBranch }: Pick<NewCheckRun, 'headSha' | 'headBranch'>,
    app: App,
  ): CheckSuite {
    const there = this.suitesOf(repository, headSha).find((suite) => suite.app === app)
    if (there !== undefined) return there
    const id = this.#core.nextId()
    const now = this.#core.now()
    const suite: CheckSuite = {
      ...{ id, nodeId: this.#core.nodeId('CheckSuite', id), repository, app, headSha },
      ...{ headBranch: headBranch ?? null, status: 'queued', conclusion: null },
      ...{ createdAt: now, updatedAt: now },
    }
    repository.checkSuites.push(suite)
    this.#core.register(suite.nodeId, { type: 'CheckSuite', value: suite })
    return suite
  }

  #settleSuite(suite: CheckSuite, by: By): void {
    const runs = suite.repository.checkRuns.filter((run) => run.suite === suite)
    const wasCompleted = suite.status === 'completed'
    const isCompleted = runs.every(({ status }) => status === 'completed')
    suite.status = isCompleted ? 'completed' : 'in_progress'
    suite.conclusion = isCompleted ? worst(runs) : null
    suite.updatedAt = this.#core.now()
    if (isCompleted && !wasCompleted) {
      this.#core.emit(suite.repository, by, { kind: 'check_suite.completed', suite })
    }
  }

  createStatus(repository: Repository, wanted: NewStatus, by: By): CommitStatus {
    const id = this.#core.nextId()
    const { sha, context, state } = wanted
    const status: CommitStatus = {
      ...{ id, nodeId: this.#core.nodeId('Status', id), sha, context, state },
      ...{ description: wanted.description ?? null, targetUrl: wanted.targetUrl ?? null },
      ...{ creator: by.actor, createdAt: this.#core.now() },
    }
    repository.statuses.push(status)
    this.#core.emit(repository, by, { kind: 'status.created', status })
    return status
  }

  /** The latest of each context, newest first. */
  statusesOf(repository: Repository, sha: string): readonly CommitStatus[] {
    const latest = new Map<string, CommitStatus>()
    for (const status of repository.statuses) {
      if (status.sha !== sha) continue
      latest.delete(status.context)
      latest.set(status.context, status)
    }
    return [...latest.values()].reverse()
  }

  rollup(repository: Repository, sha: string): Rollup {
    const runs = this.runsOf(repository, sha)
    const statuses = this.statusesOf(repository, sha)
    if (runs.length + statuses.length === 0) return null
    if (statuses.some(({ state }) => state === 'error')) return 'ERROR'
    const hasFailed =
      runs.some(({ conclusion }) => conclusion !== null && failing.has(conclusion)) ||
      statuses.some(({ state }) => state === 'failure')
    if (hasFailed) return 'FAILURE'
    const isPending =
      runs.some(({ status }) => status !== 'completed') ||
      statuses.some(({ state }) => state === 'pending')
    return isPending ? 'PENDING' : 'SUCCESS'
  }

  /** Whether all that the repository asks for is there and green. */
  requiredPass(repository: Repository, sha: string): boolean {
    const passed = new Set([
      ...this.runsOf(repository, sha)
        .filter(({ conclusion }) => conclusion !== null && !failing.has(conclusion))
        .map(({ name }) => name),
      ...this.statusesOf(repository, sha)
        .filter(({ state }) => state === 'success')
        .map(({ context }) => context),
    ])
    return repository.requiredChecks.every((name) => passed.has(name))
  }
}

const failing: ReadonlySet<Conclusion> = new Set([
  'failure',
  'cancelled',
  'timed_out',
  'action_required',
])

function worst(runs: readonly CheckRun[]): Conclusion {
  return (
    runs.find(({ conclusion }) => conclusion !== null && failing.has(conclusion))?.conclusion ??
    'success'
  )
}
