import type { Pool } from 'pg'
import type { Log } from '../shared/index.ts'
import type { Lane } from './engine-types.ts'
import {
  type BreakerTimes,
  closeBreaker,
  type LaneState,
  markDead,
  openBreaker,
  openLanes,
  probeDead,
  readLanes,
  reviveLane,
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
  #names: readonly string[] = []
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
    if (state.shut === null && state.dead === null) return state
    const shutMs = (state.shut?.forMs ?? 0) - passedMs
    const shut = state.shut !== null && shutMs > 0 ? { ...state.shut, forMs: shutMs } : null
    const dead = state.dead === null ? null : { ...state.dead, forMs: state.dead.forMs - passedMs }
    return { ...state, shut, dead }
  }

  /** With no names: all. */
  read(names: readonly string[] | null = null): Promise<readonly LaneState[]> {
    return readLanes(this.#pool, names)
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

  markDead(lane: string, code: string, forMs: number): Promise<void> {
    return markDead(this.#pool, lane, { code, forMs })
  }

  probeDead(lane: string, eachMs: number): Promise<boolean> {
    return probeDead(this.#pool, lane, eachMs)
  }

  revive(lane: string): Promise<void> {
    return reviveLane(this.#pool, lane)
  }

  /** Keeps `current` fresh for these lanes until `stop`. */
  async watch(names: readonly string[]): Promise<void> {
    this.#names = [...new Set([...this.#names, ...names])]
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
        const states = await readLanes(this.#pool, this.#names)
        this.#states = new Map(states.map((state) => [state.name, state]))
        this.#readAt = performance.now()
      } catch (error) {
        this.#log.warn({ err: error }, 'cannot read the lanes')
      }
    } while (this.#isStale)
  }
}
