import type { Task } from '../contracts/index.ts'
import { formatDuration, formatNumber } from './format-quantity.ts'
import { LongWaits } from './long-waits.ts'
import { safeText } from './terminal-text.ts'

/** Lines a second for single tasks; what goes beyond is only counted in the summary. */
const linesPerSecond = 50
const windowMs = 1000

type Said = { readonly state: Task['state']; readonly attempt: number }

const spoken: readonly Task['state'][] = [
  'running',
  'parked',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
]

function lineOf(task: Task): string {
  const title = safeText(task.title) || safeText(task.id)
  const took = task.durationMs === null ? '' : ` in ${formatDuration(task.durationMs)}`
  const attempt = task.attempts > 1 ? ` (try ${task.attempts})` : ''
  if (task.state === 'running') return `started    ${title}${attempt}`
  if (task.state === 'failed') {
    const why = task.error === null ? '' : `: ${safeText(task.error.message)} (${task.error.code})`
    return `failed     ${title}${took}${why}`
  }
  return `${task.state.padEnd(10)} ${title}${task.state === 'succeeded' ? took : ''}${attempt}`
}

function hasOpenTry(task: Task): boolean {
  return spoken.includes(task.state)
}

const heldBack: readonly (string | undefined)[] = ['budget', 'rate', 'breaker']

function isHeldBack({ state, wait, error }: Task): boolean {
  return state === 'ready' && error === null && heldBack.includes(wait?.reason)
}

/** A try that another follows; `now` where the task still waits for it and its error is known. */
function retryLine(task: Task, attempt: number, now: number | null): string {
  const title = safeText(task.title) || safeText(task.id)
  const frees = task.wait?.frees ?? null
  if (now === null) return `no result  ${title} (try ${attempt}), tried again`
  const when = frees === null ? 'again soon' : `again in ${formatDuration(Date.parse(frees) - now)}`
  const why = task.error === null ? '' : `: ${safeText(task.error.message)} (${task.error.code})`
  return `failed     ${title} (try ${attempt}), ${when}${why}`
}

/**
 * What to say about a run where there is no terminal: a line when a task starts or ends, failures
 * and long waits always, everything else at most fifty lines a second with a summary of what was left out.
 */
export class ProgressLines {
  readonly #said = new Map<string, Said>()
  /** By task, how many of its failed tries were told, or were over when it was first seen. */
  readonly #failedTries = new Map<string, number>()
  #windowStart = Number.NEGATIVE_INFINITY
  #inWindow = 0
  #unsaid = 0
  readonly #waits = new LongWaits()

  /** Tasks whose state is no news, such as those that succeeded before a retry. */
  know(tasks: readonly Task[]): void {
    for (const task of tasks) {
      this.#said.set(task.id, { state: task.state, attempt: task.attempts })
    }
  }

  /** The lines for what changed since the last call. `now` is in milliseconds since the epoch. */
  next(tasks: readonly Task[], now: number): readonly string[] {
    const lines: string[] = []
    if (now - this.#windowStart >= windowMs) {
      lines.push(...this.#summary(tasks))
      this.#windowStart = now
      this.#inWindow = 0
    }
    for (const task of tasks) {
      for (const line of this.#retryLines(task, now)) this.#add(lines, line)
      if (!this.#isNews(task)) continue
      if (task.state === 'failed') {
        this.#inWindow += 1
        lines.push(lineOf(task))
      } else this.#add(lines, lineOf(task))
    }
    lines.push(...this.#waits.next(tasks, now))
    return lines
  }

  /** The last line, for changes that the limit kept back. */
  end(tasks: readonly Task[]): readonly string[] {
    return this.#summary(tasks)
  }

  #add(lines: string[], line: string): void {
    if (this.#inWindow >= linesPerSecond) {
      this.#unsaid += 1
      return
    }
    this.#inWindow += 1
    lines.push(line)
  }

  /** A line for each try that is over and was followed, or will be, by another. */
  #retryLines(task: Task, now: number): readonly string[] {
    const waits = task.wait?.reason === 'retry' && task.error !== null
    const over = Math.max(0, task.attempts - (hasOpenTry(task) ? 1 : 0))
    const told = this.#failedTries.get(task.id) ?? (waits ? over - 1 : over)
    // It gave its place back, to wait: that is no failure, and a long wait has its own line.
    if (over > told && isHeldBack(task)) {
      this.#failedTries.set(task.id, over)
      return []
    }
    // Why it failed comes with the next snapshot; where that is too late, the try is told without.
    if (over > told && !hasOpenTry(task) && !waits) return []
    this.#failedTries.set(task.id, over)
    const tries = Array.from({ length: Math.max(0, over - told) }, (_, index) => told + index + 1)
    return tries.map((one) => retryLine(task, one, waits && one === over ? now : null))
  }

  #isNews(task: Task): boolean {
    const before = this.#said.get(task.id)
    const same = before?.state === task.state && before.attempt === task.attempts
    if (same || !spoken.includes(task.state)) return false
    // An event says that it failed; why comes a moment later, with the next snapshot.
    if (task.state === 'failed' && task.error === null) return false
    this.#said.set(task.id, { state: task.state, attempt: task.attempts })
    return true
  }

  #summary(tasks: readonly Task[]): readonly string[] {
    if (this.#unsaid === 0) return []
    const count = (state: Task['state']): string =>
      formatNumber(tasks.filter((task) => task.state === state).length)
    const more = formatNumber(this.#unsaid)
    this.#unsaid = 0
    return [
      `progress   ${count('succeeded')} of ${formatNumber(tasks.length)} succeeded, ` +
        `${count('running')} running, ${count('failed')} failed (${more} changes not listed)`,
    ]
  }
}
