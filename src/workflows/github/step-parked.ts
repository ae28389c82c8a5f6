import * as z from 'zod'
import type { Effect, EffectContext, PullView, Task } from '../../contracts/index.ts'
import type { ParkedTask } from '../../engine/index.ts'
import { namesOf } from '../../github/index.ts'
import { decideWorker, type WorkerStep } from '../../planning/index.ts'
import { countWaitingEffects, noteGitHubWorker, sumCallCosts } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import { branchOf } from './deliver-work.ts'
import { expectPerformed, numberOf } from './expect-performed.ts'
import type { GitHubParts } from './github-parts.ts'
import { readFeedback } from './read-feedback.ts'
import { originOf, type ShownRun } from './worker-issues.ts'

/** How often failed checks, a review or a conflict go back to a worker before a person has to look. */
const mostRounds = 3

export type ParkedFacts = ShownRun & {
  readonly tasks: readonly Task[]
  readonly view: { readonly defaultBranch: string }
  readonly parked: ParkedTask
  readonly pull: PullView | null
}

/** Takes one parked task a step further. */
export async function stepParked(
  parts: GitHubParts,
  facts: ParkedFacts,
  context: EffectContext,
): Promise<void> {
  const { run, parked, workers } = facts
  if (await countWaitingEffects(parts.pool, { run: run.id, task: parked.key })) return
  if (parked.reason === 'approval' && !(await isDelivered(parts, facts))) {
    // A person has decided: the agent goes on from there.
    await parts.engine.resumeParked(parked, { again: true })
    return
  }
  const worker = workers.get(parked.key)
  if (worker?.pull == null && facts.pull === null) return await openPull(parts, facts, context)
  const number = worker?.pull ?? facts.pull?.number ?? null
  if (number !== null && worker?.pull == null) {
    await noteGitHubWorker(parts.pool, { runId: run.id, task: parked.key }, { pull: number })
  }
  const end =
    facts.pull === null && number !== null ? await endOf(parts, facts, { number, context }) : null
  const step = decideWorker({
    pull: facts.pull,
    end,
    mayMerge: parts.config.gate.merge.auto,
    round: worker?.round ?? 0,
    mostRounds,
    takesBack: run.agent === 'pull',
    givenBackAt: null,
    hasChecks: !parts.config.gate.merge.withoutChecks,
  })
  await take(parts, facts, { step, number, context })
}

async function isDelivered(
  { gate }: GitHubParts,
  { run, parked, workers }: ParkedFacts,
): Promise<boolean> {
  const round = workers.get(parked.key)?.round ?? 0
  const key = `${run.id}/${parked.key}/push/${round}`
  const effects = await gate.list({ run: run.id, limit: 1000 })
  return effects.some((effect) => effect.key === key && effect.state !== 'denied')
}

/** The branch is there, or about to be: its pull request comes next. */
async function openPull(
  parts: GitHubParts,
  facts: ParkedFacts,
  context: EffectContext,
): Promise<void> {
  const { run, parked, shown, workers, tasks, view } = facts
  const { gate, pool, engine } = parts
  const worker = workers.get(parked.key)
  const task = tasks.find(({ id }) => id === parked.key)
  const pushed = (await gate.list({ run: run.id, limit: 1000 })).find(
    ({ key }) => key === `${run.id}/${parked.key}/push/${worker?.round ?? 0}`,
  )
  if (pushed === undefined) return
  const origin = { ...originOf(facts, parked.key), taint: 'model' as const }
  try {
    const request = { key: pushed.key, effect: pushed.effect, origin }
    if (expectPerformed(await gate.ask(request, context)) === 'asked') return
    const message = pushed.effect.type === 'branch.push' ? pushed.effect.message : ''
    const effect: Effect = {
      ...{ type: 'pull.open', repository: shown.repository, draft: false },
      head: branchOf({ runId: run.id, taskId: parked.key }),
      base: view.defaultBranch,
      title: (task?.title ?? parked.key).slice(0, 250),
      body: message,
      closes: worker?.issue ?? null,
    }
    const key = `${run.id}/${parked.key}/pull`
    const receipt = expectPerformed(await gate.ask({ key, effect, origin }, context))
    if (receipt === 'asked') return
    const pull = numberOf(receipt)
    await noteGitHubWorker(pool, { runId: run.id, task: parked.key }, { pull })
  } catch (error) {
    if (!(error instanceof AppError) || error.isRetryable) throw error
    await engine.resumeParked(parked, { error })
  }
}

const Ended = z.object({ merged: z.boolean(), state: z.enum(['open', 'closed']) })

async function endOf(
  { client }: GitHubParts,
  { shown }: ParkedFacts,
  { number, context }: { readonly number: number; readonly context: EffectContext },
): Promise<'merged' | 'closed' | null> {
  const { owner, repo } = namesOf(shown.repository)
  const { data } = await client.request({
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    parameters: { owner, repo, pull_number: number },
    signal: context.signal,
  })
  const { merged, state } = Ended.parse(data)
  if (state === 'open') return null
  return merged ? 'merged' : 'closed'
}

type Taking = {
  readonly step: WorkerStep
  readonly number: number | null
  readonly context: EffectContext
}

async function take(
  parts: GitHubParts,
  facts: ParkedFacts,
  { step, number, context }: Taking,
): Promise<void> {
  const { run, parked, shown } = facts
  const { engine, pool } = parts
  const { repository } = shown
  switch (step.kind) {
    case 'wait':
      return
    case 'succeeded': {
      const cost = await sumCallCosts(pool, { run: run.id, task: parked.key })
      const { issue = null } = facts.workers.get(parked.key) ?? {}
      const output = { repository, issue, pull: number, merged: true }
      await engine.resumeParked(parked, { output, cost, simulated: parts.isSimulated })
      return
    }
    case 'failed': {
      await engine.resumeParked(parked, {
        error: new AppError('agent_failed', step.message, { isRetryable: false }),
      })
      return
    }
    case 'give back': {
      const { round = 0 } = facts.workers.get(parked.key) ?? {}
      const feedback = await readFeedback(
        parts,
        { repository, number: number ?? 0, what: step.what },
        context.signal,
      )
      await noteGitHubWorker(
        pool,
        { runId: run.id, task: parked.key },
        { round: round + 1, feedback },
      )
      await engine.resumeParked(parked, { again: true })
      return
    }
    default:
      await askForPull(parts, facts, { step, context })
  }
}

type PullStep = Extract<WorkerStep, { kind: 'ready' | 'update' | 'merge' }>

async function askForPull(
  { gate, config }: GitHubParts,
  facts: ParkedFacts,
  { step, context }: { readonly step: PullStep; readonly context: EffectContext },
): Promise<void> {
  const { run, parked, shown } = facts
  const about = { repository: shown.repository, number: step.pull }
  const effects: Record<PullStep['kind'], (sha: string) => Effect> = {
    ready: () => ({ type: 'pull.ready', ...about }),
    update: (sha) => ({ type: 'pull.update', ...about, sha, merge: 'base' }),
    merge: (sha) => ({ type: 'pull.merge', ...about, sha, method: config.gate.merge.method }),
  }
  const sha = 'sha' in step ? step.sha : ''
  const key = `${run.id}/${parked.key}/${step.kind}/${sha}`
  const request = { key, effect: effects[step.kind](sha), origin: originOf(facts, parked.key) }
  const outcome = await gate.ask(request, context)
  // Merged or updated it will be found at the next look; a refusal is a person's to see.
  if (outcome.state === 'failed' && outcome.error.isRetryable) throw outcome.error
}
