import type { RunEvent, RunSnapshot, Task } from '../contracts/index.ts'
import type { Watched } from './live-view.ts'

const ended: readonly Task['state'][] = ['succeeded', 'failed', 'skipped', 'cancelled']

function changed(task: Task, change: RunEvent['changes'][number], at: string): Task {
  const next = { ...task, state: change.state, attempts: change.attempt }
  // The error of the try before is not this one's.
  if (change.state === 'running') {
    return { ...next, startedAt: at, finishedAt: null, wait: null, error: null }
  }
  if (ended.includes(change.state)) {
    const begun = task.startedAt === null ? null : Date.parse(task.startedAt)
    const durationMs = begun === null ? null : Date.parse(at) - begun
    return { ...next, finishedAt: at, durationMs, wait: null }
  }
  return next
}

/**
 * A run as last seen: a snapshot, kept up to date by events between one snapshot and the next.
 * Waits, errors and the binding limit come from snapshots only.
 */
export class RunMirror {
  #snapshot: RunSnapshot
  #tasks: Map<string, Task>
  #asOf: number

  /** `now`, when the snapshot was read, is in milliseconds since the epoch; so it is in `replace`. */
  constructor(snapshot: RunSnapshot, now: number) {
    this.#asOf = now
    this.#snapshot = snapshot
    this.#tasks = new Map(snapshot.tasks.map((task) => [task.id, task]))
  }

  /** Number of the last event that is included. */
  get seq(): number {
    return this.#snapshot.seq
  }

  get watched(): Watched {
    return { run: this.#snapshot.run, tasks: [...this.#tasks.values()], asOf: this.#asOf }
  }

  /** Takes a later snapshot; one that is older than what is known is left aside. */
  replace(snapshot: RunSnapshot, now: number): void {
    if (snapshot.seq < this.#snapshot.seq) return
    this.#asOf = now
    this.#snapshot = snapshot
    this.#tasks = new Map(snapshot.tasks.map((task) => [task.id, task]))
  }

  /** Takes an event; one that is already included changes nothing. */
  apply(event: RunEvent): void {
    if (event.seq <= this.#snapshot.seq) return
    for (const change of event.changes) {
      const task = this.#tasks.get(change.task)
      if (task !== undefined) this.#tasks.set(change.task, changed(task, change, event.at))
    }
    const run = { ...this.#snapshot.run, state: event.run }
    this.#snapshot = { ...this.#snapshot, seq: event.seq, run }
  }
}
