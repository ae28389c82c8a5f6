import type { RepositoryView, Task } from '../../contracts/index.ts'
import type { DashboardRow, DashboardView } from '../../planning/index.ts'
import type { GitHubParts } from './github-parts.ts'
import type { ShownRun } from './worker-issues.ts'

/** What one look at a run and its repository found. */
export type LookFacts = ShownRun & {
  readonly tasks: readonly Task[]
  readonly view: RepositoryView
}

/** What the comment on the issue says of the run now. */
export async function dashboardView(
  { config, isSimulated }: GitHubParts,
  { run, tasks, workers, view, shown }: LookFacts,
  obstacles: readonly string[],
): Promise<DashboardView> {
  const { repository } = shown
  const merged = tasks.filter(({ state }) => state === 'succeeded').length
  const rows = tasks.map((task): DashboardRow => {
    const { id, title, state, agent, wait, error } = task
    const { issue = null, pull = null } = workers.get(id) ?? {}
    const open = view.pulls.find(({ number }) => number === pull)
    const openState = open?.isDraft === true ? 'draft' : 'open'
    const endState = state === 'succeeded' ? 'merged' : 'closed'
    return {
      ...{ task: id, title, state, agent, wait, error },
      issue: issue === null ? null : { repository, number: issue },
      pull:
        pull === null
          ? null
          : { repository, number: pull, state: open === undefined ? endState : openState },
    }
  })
  const { cost, wallTimeMs } = run
  return {
    ...{ repository, run: run.id, title: run.title, state: run.state },
    simulated: isSimulated ? { timeScale: config.github.timeScale } : null,
    endsAt: null,
    plan: obstacles,
    rows,
    aggregate: run.finishedAt === null ? null : { merged, wallTimeMs, cost, combined: null },
  }
}
