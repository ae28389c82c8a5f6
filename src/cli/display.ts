import type { Writable } from 'node:stream'
import { createLogUpdate } from 'log-update'
import type { Task } from '../contracts/index.ts'
import { liveView, type Watched } from './live-view.ts'
import { ProgressLines } from './progress-lines.ts'
import { displayWidth, wrap } from './terminal-text.ts'

/** Where a run's progress is shown while it goes on; all of it goes to stderr. */
export type Display = {
  /** Tasks whose state is no news. */
  readonly know: (tasks: readonly Task[]) => void
  /** Shows the run as it is; `now` is in milliseconds since the epoch. */
  readonly show: (watched: Watched, now: number) => void
  /** Says one line that stays. */
  readonly say: (line: string) => void
  /** Writes a line of the log as it is. */
  readonly log: (text: string) => void
  /** Shows the last state and gives the terminal back. */
  readonly end: (watched: Watched) => void
  /** How long between two frames, in milliseconds; null when nothing is drawn. */
  readonly frameMs: number | null
}

/** The last column stays free: some terminals wrap a line that is exactly as wide as they are. */
const spareColumns = 1

function said(line: string, columns: number): string {
  return displayWidth(line) <= columns ? line : wrap(line, columns).join('\n')
}

export function liveDisplay(stream: NodeJS.WriteStream): Display {
  const update = createLogUpdate(stream)
  const columns = (): number => Math.max((stream.columns ?? 80) - spareColumns, 1)
  const frame = (watched: Watched, now: number): string => {
    const height = Math.max((stream.rows ?? 24) - 1, 1)
    return liveView(watched, { width: columns(), height, now, colour: stream.hasColors() }).join(
      '\n',
    )
  }
  return {
    know: () => undefined,
    show: (watched, now) => update(frame(watched, now)),
    say: (line) => update.persist(said(line, columns())),
    log: (text) => update.persist(text.trimEnd()),
    end: () => {
      // The report says the same and more: the frame would only stand between it and the prompt.
      update.clear()
      update.done()
    },
    frameMs: 100,
  }
}

export function plainDisplay(stream: Writable): Display {
  const progress = new ProgressLines()
  const write = (lines: readonly string[]): void => {
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
  }
  return {
    know: (tasks) => progress.know(tasks),
    show: (watched, now) => write(progress.next(watched.tasks, now)),
    say: (line) => write([line]),
    log: (text) => stream.write(text),
    end: (watched) => write(progress.end(watched.tasks)),
    frameMs: 200,
  }
}

export function silentDisplay(stream: Writable): Display {
  const nothing = (): void => undefined
  const log = (text: string): void => {
    stream.write(text)
  }
  return { know: nothing, show: nothing, say: nothing, log, end: nothing, frameMs: null }
}
