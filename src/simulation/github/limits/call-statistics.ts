import { minuteMs } from './limit-settings.ts'
import { SlidingWindow } from './sliding-window.ts'

export type GitHubStats = {
  /** Requests that arrived, refused ones included. */
  readonly calls: number
  /** By method and route: `POST /repos/{owner}/{repo}/issues`. */
  readonly byRoute: Readonly<Record<string, number>>
  /** By HTTP status; `aborted`: no whole answer was sent. */
  readonly byStatus: Readonly<Record<string, number>>
  readonly notModified: number
  readonly limited: { readonly primary: number; readonly secondary: number }
  readonly creations: number
  readonly writes: number
  readonly graphqlPoints: number
  readonly maxConcurrent: number
  /** The most within any 60 s of simulated time. */
  readonly worstMinute: { readonly calls: number; readonly creations: number }
  /** Simulated milliseconds between two writes that followed each other; null: fewer than two. */
  readonly smallestWriteGapMs: number | null
  readonly faults: number
}

/** Counts everything that went through, for tests, reports and the demonstration. */
export class CallStatistics {
  #calls = 0
  #open = 0
  #maxConcurrent = 0
  #notModified = 0
  #creations = 0
  #writes = 0
  #graphqlPoints = 0
  #faults = 0
  #lastWrite: number | null = null
  #smallestGap: number | null = null
  readonly #limited = { primary: 0, secondary: 0 }
  readonly #byRoute = new Map<string, number>()
  readonly #byStatus = new Map<string, number>()
  readonly #worst = { calls: 0, creations: 0 }
  readonly #minuteCalls = new SlidingWindow(minuteMs)
  readonly #minuteCreations = new SlidingWindow(minuteMs)

  begin(route: string, now: number): void {
    this.#calls += 1
    this.#open += 1
    this.#maxConcurrent = Math.max(this.#maxConcurrent, this.#open)
    this.#byRoute.set(route, (this.#byRoute.get(route) ?? 0) + 1)
    this.#minuteCalls.add(now)
    this.#worst.calls = Math.max(this.#worst.calls, this.#minuteCalls.sum(now))
  }

  end(status: number | 'aborted'): void {
    this.#open -= 1
    const key = String(status)
    this.#byStatus.set(key, (this.#byStatus.get(key) ?? 0) + 1)
    if (status === 304) this.#notModified += 1
  }

  limited(kind: 'primary' | 'secondary'): void {
    this.#limited[kind] += 1
  }

  /** A write that was let through. */
  wrote(now: number): void {
    this.#writes += 1
    if (this.#lastWrite !== null) {
      const gap = now - this.#lastWrite
      this.#smallestGap = Math.min(this.#smallestGap ?? gap, gap)
    }
    this.#lastWrite = now
  }

  created(now: number, count: number): void {
    if (count === 0) return
    this.#creations += count
    this.#minuteCreations.add(now, count)
    this.#worst.creations = Math.max(this.#worst.creations, this.#minuteCreations.sum(now))
  }

  graphql(points: number): void {
    this.#graphqlPoints += points
  }

  faulted(): void {
    this.#faults += 1
  }

  read(): GitHubStats {
    return {
      calls: this.#calls,
      byRoute: Object.fromEntries([...this.#byRoute].sort(([a], [b]) => a.localeCompare(b))),
      byStatus: Object.fromEntries(this.#byStatus),
      notModified: this.#notModified,
      limited: { ...this.#limited },
      creations: this.#creations,
      writes: this.#writes,
      graphqlPoints: this.#graphqlPoints,
      maxConcurrent: this.#maxConcurrent,
      worstMinute: { ...this.#worst },
      smallestWriteGapMs: this.#smallestGap,
      faults: this.#faults,
    }
  }
}
