import type { LaneState } from '../../engine/index.ts'
import { FailureWindow } from '../../resilience/index.ts'

/** How long a lane rests after a refusal that did not say; doubled with each in a row. */
export const defaultRestMs = 1000
const longestOwnRestMs = 60_000
/** `Retry-After: 0` must not become a loop, and a nonsense date must not shut a lane for ever. */
const shortestRestMs = 100
const longestRestMs = 86_400_000

export type BreakerShare = { readonly share: number; readonly calls: number }

/** A call that was refused: how long ago it began. */
type Refused = { readonly ageMs: number }

/** How the latest calls of a model in this process went, and what that means for its lane. */
export class LaneHealth {
  readonly #rules: BreakerShare
  #window: FailureWindow
  /** Of the opening since which the window counts, whichever process opened. */
  #openedAt: number | null = null
  #refusals = 0
  #refusedForGood: string | null = null
  #look: Promise<unknown> | null = null
  /** By `performance.now()`. */
  readonly #begunAt = performance.now()
  #refusedAt = Number.NEGATIVE_INFINITY

  constructor(rules: BreakerShare) {
    this.#rules = rules
    this.#window = new FailureWindow(rules)
  }

  succeeded(lane: LaneState | null): void {
    this.#startAfresh(lane)
    this.#refusals = 0
    this.#refusedForGood = null
    if (!(lane?.halfOpen ?? false)) this.#window.succeeded()
  }

  /** True when the breaker should open. `before`: the lane as this process knew it when the call began. */
  failed(lane: LaneState | null, before: LaneState | null): boolean {
    this.#startAfresh(lane)
    // What began before an opening was known here was no probe, and says nothing new: to open again
    // for it would double the rest.
    if (openingOf(lane) !== openingOf(before)) return false
    return (lane?.halfOpen ?? false) || this.#window.failed()
  }

  /** How long the lane rests after a refusal for too many calls. */
  restMs(retryAfterMs: number | undefined, { ageMs }: Refused): number {
    const now = performance.now()
    // Calls that were under way together are refused together, and that counts once.
    if (now - ageMs > this.#refusedAt) {
      this.#refusals += 1
      this.#refusedAt = now
    }
    const own = Math.min(longestOwnRestMs, defaultRestMs * 2 ** Math.min(30, this.#refusals - 1))
    return Math.min(longestRestMs, Math.max(shortestRestMs, retryAfterMs ?? own))
  }

  /** True when this process hears that refusal for the first time since a call went well. */
  isNewRefusal(code: string): boolean {
    const isNew = this.#refusedForGood !== code
    this.#refusedForGood = code
    return isNew
  }

  /** Whether something that happened so long ago was before this process began. */
  isOlder(agoMs: number): boolean {
    return performance.now() - agoMs < this.#begunAt
  }

  /** A call under way that looks whether a dead lane was mended. It never rejects. */
  get look(): Promise<unknown> | null {
    return this.#look
  }

  async lookWith<T>(call: Promise<T>): Promise<T> {
    const look = Promise.allSettled([call])
    this.#look = look
    await look
    this.#look = null
    return await call
  }

  /** With the failures that opened a breaker still counted, the next single one would open it again. */
  #startAfresh(lane: LaneState | null): void {
    const openedAt = openingOf(lane)
    if (openedAt === this.#openedAt) return
    this.#openedAt = openedAt
    this.#window = new FailureWindow(this.#rules)
  }
}

/** When its breaker opened last. */
export const openingOf = (lane: LaneState | null): number | null =>
  lane?.openedAt?.getTime() ?? null
