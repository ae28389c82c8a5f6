import type { Account } from '../../contracts/index.ts'
import { limitInMicros } from './micro-units.ts'

/** How far ahead of its demand a process leases. */
const horizonMs = 500
/** Demand measured over less would be noise. */
const shortestSampleMs = 50
/** Near a cap nothing can be leased ahead; asking for it at every call would be a round trip a call. */
const shortestRefillMs = horizonMs / 4

/**
 * What a process holds of one account, in micro-units. Of `granted`, the part that is not `idle` has
 * been reserved by calls; nothing but a lease raises `idle`.
 */
export class Chunk {
  readonly id: string
  /**
   * Leased so far, less what was given back. The database has as much, or more after a lease whose
   * answer was lost. Over a month of many tokens it outgrows a number.
   */
  granted = 0n
  idle = 0
  /** Reservations that are not settled yet. */
  open = 0
  /** Of the latest reservation. */
  size = 0
  lastUsedAt: number
  /** The next reservation must go through the database. */
  mustAsk = true
  #account: Account
  #limits: Limits
  #used = 0
  #perMs = 0
  #ahead = 0
  #measuredAt: number
  #refilledAt = Number.NEGATIVE_INFINITY

  constructor(account: Account, now: number) {
    this.id = account.id
    this.#account = account
    this.#limits = limitsOf(account)
    this.lastUsedAt = now
    this.#measuredAt = now
  }

  get account(): Account {
    return this.#account
  }

  get limits(): Limits {
    return this.#limits
  }

  /** When another limit has been configured, the account's row must follow before this is used again. */
  configure(account: Account): void {
    const { limit, perMinute } = this.#account
    if (account.limit !== limit || account.perMinute !== perMinute) {
      this.#limits = limitsOf(account)
      this.mustAsk = true
    }
    this.#account = account
  }

  covers(micros: number): boolean {
    return !this.mustAsk && this.idle >= micros
  }

  use(micros: number, now: number): void {
    this.idle -= micros
    this.open += 1
    this.size = micros
    this.lastUsedAt = now
    this.#used += micros
  }

  /** What should lie ready, by the demand of late. Less than one reservation is nothing. */
  measureAhead(now: number): number {
    const elapsed = now - this.#measuredAt
    if (elapsed >= shortestSampleMs) {
      this.#perMs = (this.#perMs + this.#used / elapsed) / 2
      this.#used = 0
      this.#measuredAt = now
      const wanted = Math.floor(this.#perMs * horizonMs)
      this.#ahead = wanted < this.size ? 0 : Math.min(wanted, 2 ** 50)
    }
    return this.#ahead
  }

  /** Whether to lease more before it runs out; true at most once in a while. */
  shouldRefill(now: number): boolean {
    const ahead = this.measureAhead(now)
    if (this.idle * 2 >= ahead || now - this.#refilledAt < shortestRefillMs) return false
    this.#refilledAt = now
    return true
  }

  /** Holds more than its demand explains, or has not been used for `idleMs`. */
  isHoarding(now: number, idleMs: number): boolean {
    const ahead = this.measureAhead(now)
    return this.idle > 0 && (now - this.lastUsedAt >= idleMs || this.idle > 2 * ahead)
  }

  /** Takes the idle part out of use, to be given back or granted anew by the next lease. */
  takeIdle(): void {
    this.granted -= BigInt(this.idle)
    this.idle = 0
  }
}

/** As the database takes them: too large for JavaScript's integers. */
type Limits = { readonly cap: string; readonly perMinute: string | null }

function limitsOf({ id, limit, perMinute }: Account): Limits {
  return {
    cap: limitInMicros(limit, id),
    perMinute: perMinute === null ? null : limitInMicros(perMinute, id),
  }
}
