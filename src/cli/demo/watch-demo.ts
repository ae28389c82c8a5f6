import { setTimeout as delay } from 'node:timers/promises'
import type { Run } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { Session } from '../open-session.ts'
import { demoLine, isNewBranch } from './demo-lines.ts'
import type { DemoStage } from './demo-stage.ts'
import { longTime, shortTime } from './demo-time.ts'

const lookMs = 50
/** So long a run may take to begin, and GitHub to show its end: real time, and simulated besides. */
const patience = { realMs: 60_000, simulatedMs: 300_000 } as const

/** Counts what happens on the simulated GitHub, and says the parts a person would look at. */
export class DemoWatch implements Disposable {
  readonly #stage: DemoStage
  readonly #stop: () => void
  #begunAt = performance.now()
  #branches = 0
  #edits = 0

  constructor(stage: DemoStage, say: (line: string) => void) {
    this.#stage = stage
    this.#stop = stage.github.state.on((happened) => {
      if (isNewBranch(happened)) this.#branches += 1
      if (happened.kind === 'comment.edited') this.#edits += 1
      const line = demoLine(happened)
      if (line !== null) say(`${this.#clock()}  ${line}`)
    })
  }

  begin(): void {
    this.#begunAt = performance.now()
  }

  get counts() {
    const realMs = performance.now() - this.#begunAt
    return { branches: this.#branches, edits: this.#edits, realMs }
  }

  [Symbol.dispose](): void {
    this.#stop()
  }

  /** Real time beside simulated time. */
  #clock(): string {
    const { realMs } = this.counts
    const simulated = longTime(realMs * this.#stage.github.clock.scale)
    return `${shortTime(realMs).padStart(7)}  ${simulated.padStart(14)}`
  }
}

/** What the one comment on an issue says; empty: there is none yet. */
export function dashboardOf({ repository }: DemoStage, issue: number): string {
  return repository.issues.get(issue)?.comments[0]?.body ?? ''
}

type Ending = { readonly issue: number; readonly signal: AbortSignal }

/** Resolves when the run has ended and GitHub shows it. */
export async function untilShown(
  session: Session,
  stage: DemoStage,
  { issue, signal }: Ending,
): Promise<Run> {
  const limitMs = patience.realMs + patience.simulatedMs / stage.github.clock.scale
  let since = performance.now()
  for (;;) {
    // The database is the demo's own: there is this run and no other.
    const run = (await session.runs.list({ limit: 1 })).runs[0]
    const isOver = run !== undefined && run.finishedAt !== null
    if (isOver && isShown(stage, issue)) return run
    // A run takes as long as it takes; its beginning and its last words are waited for so long.
    if (run !== undefined && !isOver) since = performance.now()
    if (performance.now() - since > limitMs) return begun(run)
    await delay(lookMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

function begun(run: Run | undefined): Run {
  if (run !== undefined) return run
  throw new AppError('internal', 'The label began no run: --log-level info tells more')
}

function isShown(stage: DemoStage, issue: number): boolean {
  const subIssues = stage.repository.issues.get(issue)?.subIssues ?? []
  const areLabelled = subIssues.every(({ labels }) =>
    labels.some(({ name }) => name === 'status:completed' || name === 'status:failed'),
  )
  return areLabelled && dashboardOf(stage, issue).includes('### Result')
}
