import type { Reservation } from '../../contracts/index.ts'
import type { LaneState } from '../../engine/index.ts'
import { AppError } from '../../shared/index.ts'
import type { GatewayParts, ModelTry } from './gateway-parts.ts'
import { defaultRestMs } from './lane-health.ts'
import { reserveCall } from './reserve-call.ts'
import { settleCall } from './settle-call.ts'
import { restOf } from './shut-budgets.ts'

/** A rate gains enough for most calls in a minute; beyond it the task had better begin anew. */
const longestWaitMs = 60_000

/** Lets the second call of a try pass, the one that repairs an answer, when it may be made. */
export class RepairGate {
  readonly #parts: GatewayParts
  readonly #attempt: ModelTry
  /** The lane when the first call began. */
  readonly #before: LaneState | null

  constructor(parts: GatewayParts, attempt: ModelTry) {
    this.#parts = parts
    this.#attempt = attempt
    this.#before = parts.lanes.current(attempt.model.profile.lane.name)
  }

  /**
   * Waits where the lane is only limited: a first call without its repair would be paid in vain.
   * Throws `model_output_invalid` when a budget refuses, when the lane closed since the first call,
   * and when the wait takes too long.
   */
  async reserve(inputTokens: number): Promise<Reservation> {
    const { clock } = this.#parts
    const { signal } = this.#attempt.context
    for (let waitedMs = 0; ; ) {
      const held = await this.#tryReserve(inputTokens)
      if (typeof held !== 'number') return held
      if (waitedMs + held > longestWaitMs) throw unrepaired('its lane is limited for too long')
      await clock.sleep(held, signal)
      waitedMs += held
    }
  }

  /** A reservation, or how long it is worth waiting for one. */
  async #tryReserve(inputTokens: number): Promise<Reservation | number> {
    const restMs = this.#restMs()
    if (restMs > 0) return restMs
    const attempt = { ...this.#attempt, inputTokens }
    const reserved = await reserveCall(this.#parts, attempt)
    if (reserved === null) throw unrepaired('nobody knows its price')
    if (reserved.kind === 'refusal') {
      if (reserved.reason === 'budget')
        throw unrepaired(`${reserved.account.id} has too little left`)
      return restOf(this.#parts, reserved, defaultRestMs)
    }
    if (!attempt.context.signal.aborted && this.#isOpen()) return reserved
    settleCall(this.#parts, attempt, { reserved, usage: null, isCharged: false })
    attempt.context.signal.throwIfAborted()
    return this.#restMs()
  }

  /** Reserving may take a while; a lane that closed then is not called. */
  #isOpen(): boolean {
    return this.#restMs() === 0
  }

  /** How long the lane takes no calls; 0 when it is open. Throws when it is closed for other reasons. */
  #restMs(): number {
    const before = this.#before
    const now = before === null ? null : this.#parts.lanes.current(before.name)
    if (before === null || now === null) return 0
    const isDead = now.dead !== null && before.dead === null
    const isTriedOut = now.halfOpen && !before.halfOpen
    if (isDead || isTriedOut || now.shut?.reason === 'breaker') throw unrepaired('its lane closed')
    return now.shut?.forMs ?? 0
  }
}

function unrepaired(reason: string): AppError {
  return new AppError(
    'model_output_invalid',
    `the answer of the model does not fit its schema, and it was not asked to repair it: ${reason}`,
  )
}
