import type { Pool } from 'pg'
import type { Log } from '../shared/index.ts'
import type { Lane } from './engine-types.ts'
import {
  type BreakerTimes,
  closeBreaker,
  type LaneState,
  openBreaker,
  openLanes,
  readLanes,
  type ShutReason,
  setLanes,
  shutLane,
} from './lane-rows.ts'

const refreshEveryMs = 500

/**
 * Lanes as all processes share them. What `current` says is at most half a second old, and as a rule
 * a few milliseconds: who changes a lane tells the others.
 */
export class Lanes {
  readonly #pool: Pool
  readonly #log: Log
  #states: ReadonlyMap<string, LaneState> = new Map()
  /** By `performance.now()`. */
  #readAt = 0
  #reading: Promise<void> | null = null
  #isStale = false
  #timer: NodeJS.Timeout | undefined

  constructor(pool: Pool, log: Log) {
    this.#pool = pool
    this.#log = log
  }

  /** What was last read; null for a lane that is not known. */
  current(name: string): LaneState | null {
    const state = this.#states.get(name)
    if (state === undefined) return null
    const passedMs = performance.now() - this.#readAt
    if (state.shut === null) return state
    const forMs = state.shut.forMs - passedMs
    return { ...state, shut: forMs > 0 ? { ...state.shut, forMs } : null }
  }

  all(): Promise<readonly LaneState[]> {
    return readLanes(this.#pool, null)
  }

  set(lanes: readonly Lane[]): Promise<void> {
    return setLanes(this.#pool, lanes)
  }

  shut(lane: string, reason: ShutReason, forMs: number): Promise<void> {
    return shutLane(this.#pool, lane, { reason, forMs })
  }

  open(lanes: readonly string[], reason: ShutReason): Promise<void> {
    return openLanes(this.#pool, lanes, reason)
  }

  openBreaker(lane: string, times: BreakerTimes & { readonly ageMs: number }): Promise<boolean> {
    return openBreaker(this.#pool, lane, times)
  }

  closeBreaker(lane: string, ageMs: number): Promise<boolean> {
    return closeBreaker(this.#pool, lane, ageMs)
  }

  /** Keeps `current` fresh until `stop`. */
  async watch(): Promise<void> {
    await this.refresh()
    this.#timer ??= setInterval(() => void this.refresh(), refreshEveryMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** One read at a time; who asks while one is under way gets another after it. */
  refresh(): Promise<void> {
    if (this.#reading !== null) {
      this.#isStale = true
      return this.#reading
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    do {
      this.#isStale = false
      try {
        const states = await readLanes(this.#pool, null)
        this.#states = new Map(states.map((state) => [state.name, state]))
        this.#readAt = performance.now()
      } catch (error) {
        this.#log.warn({ err: error }, 'cannot read the lanes')
      }
    } while (this.#isStale)
  }
}
