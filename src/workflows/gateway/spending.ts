import { estimateTokens } from '../../budget/index.ts'
import type { AnswerRepair, ModelUsage, Reservation } from '../../contracts/index.ts'
import type { GatewayParts, ModelTry } from './gateway-parts.ts'
import { RepairGate } from './repair-gate.ts'
import { settleCall } from './settle-call.ts'

type Outcome = {
  /** Of both calls together. Null: the provider did not tell. */
  readonly usage: ModelUsage | null
  /** Without a usage: something may have been charged. */
  readonly isCharged: boolean
}

/**
 * What one try reserves and settles: a call, and where its answer has to be repaired a second one
 * with a reservation of its own, so that no cap is passed by it.
 */
export class Spending {
  readonly #parts: GatewayParts
  readonly #attempt: ModelTry
  readonly #gate: RepairGate
  /** Of the call under way. */
  #open: Reservation | null
  /** What the call before it used. */
  #paid: ModelUsage = { inputTokens: 0, outputTokens: 0 }
  #costUsd: number | null = 0

  constructor(parts: GatewayParts, attempt: ModelTry, reserved: Reservation) {
    this.#parts = parts
    this.#attempt = attempt
    this.#gate = new RepairGate(parts, attempt)
    this.#open = reserved
  }

  /** Settles the first call, and reserves for the second. Throws what `RepairGate` throws. */
  readonly beforeRepair = async ({ paid, system, prompt }: AnswerRepair): Promise<void> => {
    this.settle({ usage: paid, isCharged: true })
    this.#paid = paid
    this.#open = await this.#gate.reserve(estimateTokens(system) + estimateTokens(prompt))
  }

  /** Resolves to the cost of all calls so far in dollars, null when nobody knows it. */
  settle({ usage, isCharged }: Outcome): number | null {
    const reserved = this.#open
    if (reserved === null) return this.#costUsd
    this.#open = null
    const last = { reserved, usage: usage === null ? null : this.#lastOf(usage), isCharged }
    const costUsd = settleCall(this.#parts, this.#attempt, last)
    this.#costUsd = costUsd === null || this.#costUsd === null ? null : this.#costUsd + costUsd
    return this.#costUsd
  }

  /** Of a second call that failed the sum has nothing, and then nobody told what it used. */
  #lastOf({ inputTokens, outputTokens }: ModelUsage): ModelUsage | null {
    const paid = this.#paid
    const last = {
      inputTokens: inputTokens - paid.inputTokens,
      outputTokens: outputTokens - paid.outputTokens,
    }
    return last.inputTokens === 0 && last.outputTokens === 0 ? null : last
  }
}
