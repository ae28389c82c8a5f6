import { createHash } from 'node:crypto'
import type {
  Effect,
  EffectContext,
  EffectOutcome,
  PullView,
  RepositoryView,
  Task,
} from '../../contracts/index.ts'
import type { ParkedTask } from '../../engine/index.ts'
import { readSnapshot } from '../../github/index.ts'
import { dashboard, statusLabels } from '../../planning/index.ts'
import { type GitHubWorker, noteGitHubWorker, readGitHubWorkers } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import { dashboardView, type LookFacts } from './dashboard-view.ts'
import type { GitHubParts } from './github-parts.ts'
import { sideBySide } from './side-by-side.ts'
import { stepParked } from './step-parked.ts'
import { ensureWorkerIssue, originOf, type ShownRun } from './worker-issues.ts'

/** What a look found, besides what it did. */
export type Looked = {
  readonly dashboardHash: string | null
  readonly dashboards: number
  readonly ended: boolean
  /** Real milliseconds until the next look. */
  readonly lookInMs: number
}

/** The dashboard as it was written last. */
type Shown = Pick<Looked, 'dashboardHash' | 'dashboards'>

/** After so much real time a look stops, so that its lease never ends before it. */
const longestLookMs = 40_000
/** Steps of a look side by side: the pace of the writes is kept in any case. */
const atOnce = 6

/**
 * Brings what GitHub shows of a run to what is true, and the run to what GitHub says. It looks at
 * states and not at events: doing it twice, late or after a crash comes to the same.
 */
export async function lookAtRun(
  parts: GitHubParts,
  shown: ShownRun['shown'],
  context: EffectContext,
): Promise<Looked> {
  const look = new RunLook(parts, shown, context)
  return await look.look()
}

class RunLook {
  readonly #parts: GitHubParts
  readonly #shown: ShownRun['shown']
  readonly #context: EffectContext
  readonly #begun = performance.now()
  /** What keeps effects from happening; shown on the dashboard. */
  readonly #obstacles = new Map<string, string>()
  #restMs: number | null = null

  constructor(parts: GitHubParts, shown: ShownRun['shown'], context: EffectContext) {
    this.#parts = parts
    this.#shown = shown
    this.#context = context
  }

  async look(): Promise<Looked> {
    const facts = await this.#facts()
    await this.#makeIssues(facts)
    const { dashboard_hash: dashboardHash, dashboards } = this.#shown
    const known = { dashboardHash, dashboards }
    // Who began it sees at once that it goes on, before all that is left to do.
    const first =
      dashboards > 0 ? known : await this.#writeDashboard(await this.#facts(facts.view), known)
    await this.#resume(await this.#facts(facts.view))
    const after = await this.#facts(facts.view)
    await this.#setLabels(after)
    const isOver = after.run.finishedAt !== null
    const written = await this.#writeDashboard(after, first)
    const isWhole = this.#restMs === null && !this.#isLate()
    return { ...written, ended: isOver && isWhole, lookInMs: this.#nextMs(isWhole) }
  }

  /** Passing a view saves reading it again. */
  async #facts(known?: RepositoryView): Promise<LookFacts> {
    const { engine, pool, client } = this.#parts
    const { run_id: id, repository } = this.#shown
    const [{ run, tasks }, workers] = await Promise.all([
      engine.snapshot(id),
      readGitHubWorkers(pool, id),
    ])
    const view = known ?? (await readSnapshot(client, repository, this.#context.signal))
    return { run, tasks, workers, shown: this.#shown, view }
  }

  async #makeIssues(facts: LookFacts): Promise<void> {
    const { run, tasks, workers } = facts
    const missing = tasks.filter(({ id }) => workers.get(id)?.issue == null)
    if (missing.length === 0) return
    const listed = await this.#parts.engine.payloads(run.id, 'instructions')
    const texts = new Map(listed.map(({ key, value }) => [key, value]))
    for (const { id, title, dependsOn } of missing) {
      const text = texts.get(id)
      const instructions = typeof text === 'string' ? text : title
      const task = { id, title, dependsOn, instructions }
      const current = await readGitHubWorkers(this.#parts.pool, run.id)
      const about = { ...facts, workers: current, task }
      const isGoingOn = await this.#try('worker issues', () =>
        ensureWorkerIssue(this.#parts, about, this.#context),
      )
      if (!isGoingOn) return
    }
  }

  /** New pull requests are opened side by side; merges follow each other, as their base moves. */
  async #resume(facts: LookFacts): Promise<void> {
    const all = (await this.#parts.engine.parked(facts.run.id)).map((parked) => ({
      ...{ parked, pull: pullOf(facts, parked) },
      isNew: facts.workers.get(parked.key)?.pull == null,
    }))
    const step = async ({ parked, pull }: (typeof all)[number]): Promise<boolean> =>
      await this.#try(`task ${parked.key}`, () =>
        stepParked(this.#parts, { ...facts, parked, pull }, this.#context),
      )
    const fresh = all.filter(({ isNew }) => isNew)
    if (!(await sideBySide(fresh, atOnce, step))) return
    const known = all.filter(({ isNew }) => !isNew)
    await sideBySide(known, 1, step)
  }

  async #setLabels(facts: LookFacts): Promise<void> {
    await sideBySide(facts.tasks, atOnce, (task) => this.#setLabel(facts, task))
  }

  async #setLabel(facts: LookFacts, task: Task): Promise<boolean> {
    const worker = facts.workers.get(task.id)
    const status = statusOf(task)
    if (worker?.issue == null || worker.status === status) return true
    const { issue } = worker
    return await this.#try('labels', async () => {
      const others = Object.values(statusLabels).filter((label) => label !== statusLabels[status])
      const had = statusLabels[(worker.status ?? 'queued') as keyof typeof statusLabels]
      const effect: Effect = {
        ...{ type: 'issue.label', repository: facts.shown.repository, number: issue },
        ...{ add: [statusLabels[status]], remove: others.filter((label) => label === had) },
      }
      await this.#ask(facts, {
        task: task.id,
        purpose: `status/${status}/${task.attempts}`,
        effect,
      })
      await noteGitHubWorker(this.#parts.pool, { runId: facts.run.id, task: task.id }, { status })
    })
  }

  async #writeDashboard(facts: LookFacts, unchanged: Shown): Promise<Shown> {
    const { dashboardHash, dashboards } = unchanged
    const obstacles = [...this.#obstacles.values()]
    const body = dashboard(await dashboardView(this.#parts, facts, obstacles))
    const hash = createHash('sha256').update(body).digest('hex')
    if (hash === dashboardHash) return unchanged
    const { repository, issue: number } = this.#shown
    const effect: Effect = { type: 'issue.dashboard', repository, number, body }
    const isWritten = await this.#try('the dashboard', async () => {
      await this.#ask(facts, { task: null, purpose: `dashboard/${dashboards + 1}`, effect })
    })
    return isWritten ? { dashboardHash: hash, dashboards: dashboards + 1 } : unchanged
  }

  async #ask(
    facts: ShownRun,
    { task, purpose, effect }: { task: string | null; purpose: string; effect: Effect },
  ): Promise<EffectOutcome> {
    const key = [facts.run.id, ...(task === null ? [] : [task]), purpose].join('/')
    const request = { key, effect, origin: originOf(facts, task) }
    const outcome = await this.#parts.gate.ask(request, this.#context)
    if (outcome.state === 'failed') throw outcome.error
    if (outcome.state === 'denied') this.#obstacles.set(effect.type, outcome.reasons.join(' '))
    return outcome
  }

  /** False: the rest of this look is left for the next one. What fails is one thing's failure. */
  async #try(what: string, work: () => Promise<unknown>): Promise<boolean> {
    if (this.#isLate() || this.#restMs !== null) return false
    try {
      await work()
    } catch (error) {
      this.#context.signal.throwIfAborted()
      if (!(error instanceof AppError)) throw error
      this.#obstacles.set(what, error.message)
      this.#parts.log.warn(
        { err: error, run: this.#shown.run_id, what },
        'GitHub could not be told',
      )
      if (error.isRetryable) this.#restMs = error.retryAfterMs ?? 2000
    }
    return this.#restMs === null
  }

  #isLate(): boolean {
    return performance.now() - this.#begun > longestLookMs
  }

  #nextMs(isWhole: boolean): number {
    const { lookSeconds, timeScale } = this.#parts.config.github
    if (isWhole) return (lookSeconds * 1000) / timeScale
    return this.#restMs ?? 0
  }
}

function statusOf({ state }: Task): keyof typeof statusLabels {
  switch (state) {
    case 'succeeded':
      return 'completed'
    case 'failed':
    case 'skipped':
    case 'cancelled':
      return 'failed'
    case 'running':
    case 'parked':
      return 'running'
    default:
      return 'queued'
  }
}

/** By its number where it is known, else the one that says it closes the worker's issue. */
function pullOf({ view, workers }: LookFacts, { key }: ParkedTask): PullView | null {
  const worker: GitHubWorker | undefined = workers.get(key)
  if (worker === undefined) return null
  const { pull, issue } = worker
  if (pull !== null) return view.pulls.find(({ number }) => number === pull) ?? null
  return view.pulls.find(({ closes }) => issue !== null && closes.includes(issue)) ?? null
}
