import type { Run, Task } from '../contracts/index.ts'
import { formatDuration, formatNumber } from './format-quantity.ts'
import { formatLimit, formatWaitGroup, groupWaits } from './group-waits.ts'
import { runHeading } from './run-heading.ts'
import { type Look, type Span, styledLine } from './styled-line.ts'
import { fitColumn, safeText } from './terminal-text.ts'

export type Watched = {
  readonly run: Run
  readonly tasks: readonly Task[]
  /** When the run's times were read, in milliseconds since the epoch. */
  readonly asOf: number
}

export type Screen = Look & {
  /** Lines that the frame may take. */
  readonly height: number
  /** Milliseconds since the epoch, to count elapsed time to. */
  readonly now: number
}

type StyledSpan = Exclude<Span, string>

export const simulatedLabel = 'SIMULATED'
const widestBar = 40
const mostWaitLines = 4

type Tally = { readonly ended: number; readonly succeeded: number; readonly failed: number }

function tallyOf(tasks: readonly Task[]): Tally {
  const count = (state: Task['state']): number =>
    tasks.filter((task) => task.state === state).length
  const succeeded = count('succeeded')
  const failed = count('failed')
  return { succeeded, failed, ended: succeeded + failed + count('skipped') + count('cancelled') }
}

function bar(share: number, width: number): string {
  const filled = Math.floor(share * width)
  const head = filled > 0 && filled < width ? '>' : ''
  return `[${'='.repeat(filled - head.length)}${head}${' '.repeat(width - filled)}]`
}

function headLine({ run }: Watched, screen: Screen): string {
  const stopping: readonly StyledSpan[] = run.cancelRequested ? [['yellow', 'cancelling  ']] : []
  // In front of the title, because a long title must not push the label out of the line.
  const simulated: readonly StyledSpan[] = run.simulated ? [['yellow', `[${simulatedLabel}] `]] : []
  const front = [...simulated, ...stopping]
  const taken = front.reduce((sum, [, text]) => sum + text.length, 0)
  return styledLine([...front, ...runHeading(run, screen.width - taken)], screen)
}

/** Not since the run was made: the time between an end and a retry is nobody's. */
function elapsedMs({ run, asOf }: Watched, now: number): number {
  return run.finishedAt === null ? run.wallTimeMs + Math.max(0, now - asOf) : run.wallTimeMs
}

function barLine(watched: Watched, screen: Screen): string {
  const { run, tasks } = watched
  const { ended, succeeded, failed } = tallyOf(tasks)
  const total = Math.max(run.total, tasks.length)
  const share = total === 0 ? 1 : ended / total
  const elapsed = formatDuration(elapsedMs(watched, screen.now))
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  const figures = ` ${percent}  ${formatNumber(succeeded)}/${formatNumber(total)} done`
  const bad = failed === 0 ? '' : `, ${formatNumber(failed)} failed`
  const time = `  ${elapsed}`
  const room = screen.width - figures.length - bad.length - time.length - 2
  const drawn = room < 5 ? '' : bar(share, Math.min(room, widestBar))
  return styledLine([['cyan', drawn], figures, ['red', bad], ['dim', time]], screen)
}

function runningLine(task: Task, screen: Screen): string {
  const begun = task.startedAt === null ? screen.now : Date.parse(task.startedAt)
  const again = task.attempts > 1 ? `  try ${task.attempts}` : ''
  const elapsed = `${again}  ${formatDuration(screen.now - begun).padStart(8)}`
  const widest = Math.min(screen.width, 100) - elapsed.length - 2
  const title = safeText(task.title) || safeText(task.id)
  const column = widest < 4 ? title : fitColumn(title, widest)
  return styledLine([`  ${column}`, ['dim', elapsed]], screen)
}

function waitLines({ run, tasks }: Watched, screen: Screen, room: number): readonly string[] {
  const groups = groupWaits(tasks)
  const shown = groups.slice(0, groups.length > room ? Math.max(room - 1, 0) : room)
  const hidden = groups.slice(shown.length).reduce((sum, group) => sum + group.tasks, 0)
  const lines = shown.map((group) =>
    styledLine([['yellow', `  ${formatWaitGroup(group, screen.now)}`]], screen),
  )
  if (hidden > 0 && room > 0) {
    lines.push(styledLine([['yellow', `  +${formatNumber(hidden)} more wait`]], screen))
  }
  const limit: readonly Span[] =
    run.limit === null ? [] : [['bold', 'Limit now  '], formatLimit(run.limit)]
  return limit.length === 0 ? lines : [...lines, styledLine(limit, screen)]
}

/**
 * One frame: title, progress bar, a line for each running task as far as they fit, what waits and
 * why, and the limit that binds now. At most `height` lines of at most `width` columns.
 */
export function liveView(watched: Watched, screen: Screen): readonly string[] {
  const top = [headLine(watched, screen), barLine(watched, screen)]
  const room = Math.max(screen.height - top.length, 0)
  // Half of what is left at most, so that the tasks at work stay in sight.
  const waits = waitLines(watched, screen, Math.min(mostWaitLines, Math.floor(room / 2)))
  const running = watched.tasks
    .filter((task) => task.state === 'running')
    .sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''))
  const fits = Math.max(room - waits.length, 0)
  const shown = running.slice(0, running.length > fits ? Math.max(fits - 1, 0) : fits)
  const hidden = running.length - shown.length
  const more =
    hidden > 0 ? [styledLine([['dim', `  +${formatNumber(hidden)} more running`]], screen)] : []
  const lines = [...top, ...shown.map((task) => runningLine(task, screen)), ...more, ...waits]
  return lines.slice(0, Math.max(screen.height, 1))
}
