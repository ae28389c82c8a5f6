import type { RunService, TaskState } from '../contracts/index.ts'
import type { ReportProgress, ToolContext } from './contract.ts'

const endStates: ReadonlySet<TaskState> = new Set(['succeeded', 'failed', 'skipped', 'cancelled'])

type Following = {
  readonly runs: RunService
  readonly runId: string
  readonly signal: AbortSignal
}

/** The number that ended only grows: a task that is retried does not count twice, nor back. */
async function followWithProgress(following: Following, report: ReportProgress): Promise<void> {
  const { runs, runId, signal } = following
  const { seq, run, tasks } = await runs.snapshot(runId)
  const ended = new Set(tasks.filter(({ state }) => endStates.has(state)).map(({ id }) => id))
  const { total } = run
  const message = `run ${runId}`
  await report({ ended: ended.size, total, message })
  for await (const { changes } of runs.events(runId, seq, signal)) {
    const before = ended.size
    for (const { task, state } of changes) if (endStates.has(state)) ended.add(task)
    const shown = Math.min(ended.size, total)
    if (shown > before) await report({ ended: shown, total, message })
  }
}

async function follow({ runs, runId, signal }: Following): Promise<void> {
  const { seq } = await runs.get(runId)
  const events = runs.events(runId, seq, signal)[Symbol.asyncIterator]()
  while ((await events.next()).done !== true);
}

/**
 * Waits until the run has ended, at most `waitSeconds`, and reports progress where it is asked for.
 * That the client or the server gives up ends the waiting, never the run.
 */
export async function awaitRun(
  runId: string,
  waitSeconds: number,
  context: ToolContext,
): Promise<void> {
  const { runs, signal: gone, closing, progress } = context
  if (waitSeconds === 0) return
  const signal = AbortSignal.any([gone, closing, AbortSignal.timeout(waitSeconds * 1000)])
  try {
    const following = { runs, runId, signal }
    if (progress === undefined) await follow(following)
    else await followWithProgress(following, progress)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  gone.throwIfAborted()
}
