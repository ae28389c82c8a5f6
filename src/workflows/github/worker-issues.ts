import type { EffectContext, EffectOrigin, Run, SplitTask } from '../../contracts/index.ts'
import { workerIssue } from '../../planning/index.ts'
import { type GitHubRun, type GitHubWorker, noteGitHubWorker } from '../../records/index.ts'
import { expectPerformed, numberOf } from './expect-performed.ts'
import type { GitHubParts } from './github-parts.ts'

/** A run that is shown on GitHub, as far as its effects need it. */
export type ShownRun = {
  readonly run: Run
  readonly shown: GitHubRun
  readonly workers: ReadonlyMap<string, GitHubWorker>
}

/** What an issue tells of a task. */
export type IssueTask = Pick<SplitTask, 'id' | 'title' | 'instructions' | 'dependsOn'>

/** What tasks of a run ask for comes from the issue: the words of whoever wrote it. */
export function originOf({ run, shown }: ShownRun, task: string | null): EffectOrigin {
  const { root, depth } = run.lineage
  return { run: run.id, task, root, depth, user: shown.requested_by, taint: 'maintainer' }
}

/** The number of a task's issue, which is made if it is not there; `asked`: a person decides first. */
export async function ensureWorkerIssue(
  { gate, pool }: GitHubParts,
  about: ShownRun & { readonly task: IssueTask },
  context: EffectContext,
): Promise<number | 'asked'> {
  const { run, shown, workers, task } = about
  const known = workers.get(task.id)?.issue
  if (known != null) return known
  const { repository, issue: parent } = shown
  const dependsOn = task.dependsOn.flatMap((id) => {
    const number = workers.get(id)?.issue
    return number == null ? [] : [{ repository, number, title: id }]
  })
  const { title, body, labels } = workerIssue(
    { ...task, acceptance: [], dependsOn, links: [], repository },
    { repository, number: parent, title: run.title },
  )
  const outcome = await gate.ask(
    {
      key: `${run.id}/${task.id}/issue`,
      effect: { type: 'issue.create', repository, title, body, labels: [...labels], parent },
      origin: originOf(about, task.id),
    },
    context,
  )
  const receipt = expectPerformed(outcome)
  if (receipt === 'asked') return 'asked'
  const issue = numberOf(receipt)
  await noteGitHubWorker(pool, { runId: run.id, task: task.id }, { issue, status: 'queued' })
  return issue
}
