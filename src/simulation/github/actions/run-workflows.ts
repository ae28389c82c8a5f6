import type { BareRepository } from '../git/bare-repository.ts'
import type { Conclusion, Repository, Workflow, WorkflowRun } from '../state/entities.ts'
import type { Happened } from '../state/happened.ts'
import type { World } from '../world.ts'
import { triggerOf } from './trigger-of.ts'

/** What becomes of a run; times are simulated milliseconds. */
export type WorkflowOutcome = {
  readonly queuedMs: number
  readonly runningMs: number
  readonly conclusion: Conclusion
}

/** Decides how a run goes; it may look at the repository. */
export type WorkflowBehaviour = (
  run: WorkflowRun,
  git: BareRepository,
) => Promise<WorkflowOutcome> | WorkflowOutcome

export type WorkflowRunner = AsyncDisposable

/** A file that makes a run fail while the commit has it. */
const failingFile = '.simulated-failure'

/** Ten seconds queued, a minute at work; fails where the commit holds `.simulated-failure`. */
export const plainBehaviour: WorkflowBehaviour = async (run, git) => {
  const hasFailure = (await git.entryAt(run.headSha, failingFile)) !== null
  const conclusion = hasFailure ? 'failure' : 'success'
  return { queuedMs: 10_000, runningMs: 60_000, conclusion }
}

/** Starts runs for what happens in the repositories and lets them go on with time. */
export function runWorkflows(
  world: World,
  behaviour: WorkflowBehaviour,
  failed: (error: unknown) => void,
): WorkflowRunner {
  const ended = new AbortController()
  const background = new Set<Promise<void>>()
  const start = (work: Promise<void>): void => {
    const guarded = work.catch((error: unknown) => {
      if (!ended.signal.aborted) failed(error)
    })
    background.add(guarded)
    guarded.finally(() => background.delete(guarded)).catch(failed)
  }
  const stopListening = world.state.on((happened) => {
    if (happened.kind === 'run.requested' && happened.run.status === 'queued') {
      start(perform(world, happened.run, { behaviour, signal: ended.signal }))
    }
    const trigger = triggerOf(happened)
    if (trigger !== null) start(startRuns(world, happened, trigger))
  })
  return {
    [Symbol.asyncDispose]: async () => {
      stopListening()
      ended.abort()
      await Promise.all(background)
    },
  }
}

async function startRuns(
  world: World,
  { repository, by }: Happened,
  trigger: NonNullable<ReturnType<typeof triggerOf>>,
): Promise<void> {
  const fitting = [...repository.workflows.values()].filter(
    (workflow) => workflow.state === 'active' && workflow.triggers.includes(trigger.event),
  )
  if (fitting.length === 0) return
  const headBranch = trigger.branch ?? repository.defaultBranch
  const headSha = trigger.sha ?? (await world.git.of(repository).branch(headBranch))
  if (headSha === null) return
  const isCopilots = by.actor === world.state.actors.copilot && repository.approveCopilotRuns
  for (const workflow of fitting) {
    const needsApproval = isCopilots || trigger.needsApproval
    const title = trigger.title ?? workflow.name
    const wanted = { workflow, event: trigger.event, title, headBranch, headSha, needsApproval }
    world.state.workflows.start(repository, wanted, by)
  }
}

async function perform(
  world: World,
  run: WorkflowRun,
  { behaviour, signal }: { readonly behaviour: WorkflowBehaviour; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, state } = world
  const { repository, attempt } = run
  const outcome = await behaviour(run, world.git.of(repository))
  await clock.sleep(outcome.queuedMs, signal)
  if (run.status !== 'queued' || run.attempt !== attempt) return
  state.workflows.begin(run)
  const check = startCheck(world, repository, run)
  await clock.sleep(outcome.runningMs, signal)
  const by = { actor: state.actors.actionsBot, app: state.actors.actionsApp, token: null }
  // A run that was cancelled meanwhile takes its check with it.
  const isOver = run.conclusion !== null || run.attempt !== attempt
  const conclusion = isOver ? 'cancelled' : outcome.conclusion
  state.checks.update(check, { status: 'completed', conclusion }, by)
  if (!isOver) state.workflows.complete(run, conclusion)
}

function startCheck({ state }: World, repository: Repository, run: WorkflowRun) {
  const { actionsApp: app, actionsBot: actor } = state.actors
  const wanted = {
    ...{ name: checkName(run.workflow), headSha: run.headSha, headBranch: run.headBranch },
    status: 'in_progress',
  } as const
  return state.checks.createRun(repository, wanted, { app, by: { actor, app, token: null } })
}

/** GitHub names checks after jobs; here a workflow has one, named as its file. */
const checkName = ({ path }: Workflow): string =>
  path
    .split('/')
    .at(-1)
    ?.replace(/\.ya?ml$/, '') ?? path
