import type { Pool } from 'pg'
import type { Log } from '../shared/index.ts'
import type { Lane } from './engine-types.ts'
import {
  type BreakerTimes,
  closeBreaker,
  type LaneState,
  laneHasRun,
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
    const { shut: wasShut, dead: wasDead, openedAgoMs: ago } = state
    if (wasShut === null && wasDead === null && ago === null) return state
    const passedMs = performance.now() - this.#readAt
    const shutMs = (wasShut?.forMs ?? 0) - passedMs
    const shut = wasShut !== null && shutMs > 0 ? { ...wasShut, forMs: shutMs } : null
    const dead = wasDead === null ? null : { ...wasDead, forMs: wasDead.forMs - passedMs }
    return { ...state, shut, dead, openedAgoMs: ago === null ? null : ago + passedMs }
  }

  /** With no names: all. */
  read(names: readonly string[] | null = null): Promise<readonly LaneState[]> {
    return readLanes(this.#pool, names)
  }

  /** Whether tasks of the run take places in the lane. */
  hasRun(lane: string, runId: string): Promise<boolean> {
    return laneHasRun(this.#pool, lane, runId)
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
    return this.#note(lane, () => openBreaker(this.#pool, lane, times), false)
  }

  closeBreaker(lane: string, ageMs: number): Promise<boolean> {
    return this.#note(lane, () => closeBreaker(this.#pool, lane, ageMs), false)
  }

  markDead(lane: string, code: string, forMs: number): Promise<void> {
    return this.#note(lane, () => markDead(this.#pool, lane, { code, forMs }), undefined)
  }

  probeDead(lane: string, eachMs: number): Promise<boolean> {
    return probeDead(this.#pool, lane, eachMs)
  }

  revive(lane: string): Promise<void> {
    return this.#note(lane, () => reviveLane(this.#pool, lane), undefined)
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

  /**
   * What a call taught about its lane must not cost the call its outcome: where it cannot be written,
   * the next call teaches it again.
   */
  async #note<T>(lane: string, write: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await write()
    } catch (error) {
      this.#log.warn({ err: error, lane }, 'cannot note how a call went')
      return otherwise
    }
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
