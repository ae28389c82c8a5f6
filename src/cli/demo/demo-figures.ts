import type { Run } from '../../contracts/index.ts'
import type { GitHubStats } from '../../simulation/index.ts'
import type { DemoStage } from './demo-stage.ts'

/** What came of a demo; with `--json` it is printed as it is. */
export type DemoFigures = {
  readonly simulated: true
  readonly timeScale: number
  readonly repository: string
  readonly run: string
  readonly state: Run['state']
  readonly subIssues: { readonly opened: number; readonly closed: number }
  readonly branches: number
  readonly pullRequests: { readonly opened: number; readonly merged: number }
  readonly dashboard: { readonly comments: number; readonly edits: number }
  /** From the label to the finished dashboard; nothing of starting up. */
  readonly time: { readonly realMs: number; readonly simulatedMs: number }
  readonly github: GitHubStats
}

type Seen = {
  readonly run: Run
  readonly issue: number
  readonly branches: number
  readonly edits: number
  readonly realMs: number
}

export function demoFigures({ github, repository }: DemoStage, seen: Seen): DemoFigures {
  const { run, issue, branches, edits, realMs } = seen
  const all = [...repository.issues.values()]
  const pulls = all.flatMap(({ pull }) => (pull === null ? [] : [pull]))
  const subIssues = repository.issues.get(issue)?.subIssues ?? []
  return {
    simulated: true,
    timeScale: github.clock.scale,
    repository: repository.fullName,
    run: run.id,
    state: run.state,
    subIssues: {
      opened: subIssues.length,
      closed: subIssues.filter(({ state }) => state === 'closed').length,
    },
    branches,
    pullRequests: {
      opened: pulls.length,
      merged: pulls.filter(({ mergedAt }) => mergedAt !== null).length,
    },
    dashboard: { comments: repository.issues.get(issue)?.comments.length ?? 0, edits },
    time: {
      realMs: Math.round(realMs),
      simulatedMs: Math.round(realMs * github.clock.scale),
    },
    github: github.stats(),
  }
}

/** Everything that was asked for was merged and is shown so. */
export function isComplete({ state, subIssues, pullRequests, dashboard }: DemoFigures): boolean {
  const { opened, closed } = subIssues
  const isMerged = closed === opened && pullRequests.merged === opened
  return state === 'succeeded' && isMerged && dashboard.comments === 1
}
