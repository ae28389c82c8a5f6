import * as z from 'zod'
import type {
  AgentContext,
  AgentParked,
  AgentTask,
  EffectContext,
  WorkDelivery,
} from '../../contracts/index.ts'
import { namesOf } from '../../github/index.ts'
import { findGitHubRun, noteGitHubWorker, readGitHubWorkers } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import { expectPerformed } from './expect-performed.ts'
import type { GitHubParts } from './github-parts.ts'
import { ensureWorkerIssue, originOf, type ShownRun } from './worker-issues.ts'

/** People review in days. After that a task that nobody looked at fails, and its branch stays. */
const reviewDays = 14
const deadlineMs = reviewDays * 86_400_000

const Ref = z.object({ object: z.object({ sha: z.string() }) })
const Repository = z.object({ default_branch: z.string() })

/** How work becomes a pull request: an issue, a branch, and then the tracker sees to the rest. */
export function createWorkDelivery(parts: GitHubParts): WorkDelivery {
  const { gate, pool } = parts
  return {
    place: async (task, context) => {
      const shown = await shownRun(parts, task.runId)
      const { taskId: id, title, instructions, dependencies } = task
      const dependsOn = dependencies.map(({ taskId }) => taskId)
      const effects = effectContext(context)
      const issue = await ensureWorkerIssue(
        parts,
        { ...shown, task: { id, title, instructions, dependsOn } },
        effects,
      )
      if (issue === 'asked') return { parked: 'approval', deadlineMs }
      const { repository } = shown.shown
      const worker = shown.workers.get(task.taskId)
      const base = await baseOf(parts, { repository, task }, context.signal)
      return {
        ...{ repository, issue, base },
        ...{ feedback: worker?.feedback ?? null, round: worker?.round ?? 0 },
      }
    },
    deliver: async (task, { place, delivery }, context) => {
      const shown = await shownRun(parts, task.runId)
      const { repository, base, round } = place
      const files = delivery.files.map(({ path, content }) => ({ path, content }))
      const outcome = await gate.ask(
        {
          key: `${task.runId}/${task.taskId}/push/${round}`,
          effect: {
            ...{ type: 'branch.push', repository, base, files },
            branch: branchOf(task),
            message: delivery.summary,
          },
          origin: { ...originOf(shown, task.taskId), taint: 'model' },
        },
        effectContext(context),
      )
      await noteGitHubWorker(pool, { runId: task.runId, task: task.taskId }, { feedback: null })
      const isAsked = expectPerformed(outcome) === 'asked'
      return { parked: isAsked ? 'approval' : 'outside', deadlineMs } satisfies AgentParked
    },
  }
}

/** Of a task's work, whatever agent does it. */
export function branchOf({ runId, taskId }: Pick<AgentTask, 'runId' | 'taskId'>): string {
  return `maniple/${runId}/${taskId}`
}

async function shownRun({ pool, engine }: GitHubParts, runId: string): Promise<ShownRun> {
  const shown = await findGitHubRun(pool, { runId })
  if (shown === null) {
    throw new AppError(
      'agent_unknown',
      'this agent works on issues only: label one, or split OWNER/REPO#NUMBER',
    )
  }
  return { run: await engine.run(runId), shown, workers: await readGitHubWorkers(pool, runId) }
}

/** The head of the task's own branch where there is one, else of the default branch. */
async function baseOf(
  { client }: GitHubParts,
  { repository, task }: { readonly repository: string; readonly task: AgentTask },
  signal: AbortSignal,
): Promise<string> {
  const { owner, repo } = namesOf(repository)
  const names = { owner, repo }
  const headOf = async (branch: string): Promise<string> => {
    const route = 'GET /repos/{owner}/{repo}/git/ref/{+ref}'
    const parameters = { ...names, ref: `heads/${branch}` }
    return Ref.parse((await client.request({ route, parameters, signal })).data).object.sha
  }
  try {
    return await headOf(branchOf(task))
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'github_missing')) throw error
  }
  const call = { route: 'GET /repos/{owner}/{repo}', parameters: names, signal }
  const { data } = await client.request({ ...call, isConditional: true })
  return await headOf(Repository.parse(data).default_branch)
}

function effectContext({ signal, stillOurs }: AgentContext): EffectContext {
  return { signal, stillOurs }
}
