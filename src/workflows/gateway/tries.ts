import type { Refusal } from '../../contracts/index.ts'
import type { AppError } from '../../shared/index.ts'
import type { TryOutcome } from './try-model.ts'

/** A try that brought no answer. */
export type VainOutcome = Exclude<TryOutcome, { readonly kind: 'answered' }>

/** What the models that were tried for one request had to say. */
export class Tries {
  readonly #order: readonly string[]
  readonly #tried = new Set<string>()
  readonly #limited = new Set<string>()
  readonly #refusals: Refusal[] = []
  readonly #codes = new Map<string, string>()
  #failure: AppError | null = null
  /** A model that may not be called for want of its price. */
  #unpriced: AppError | null = null

  constructor(order: readonly string[]) {
    this.#order = order
  }

  /** Also of a model that was not asked, where it is known what would come of it. */
  note(name: string, outcome: VainOutcome): void {
    this.#tried.add(name)
    this.#limited.delete(name)
    switch (outcome.kind) {
      case 'limited':
        this.#limited.add(name)
        this.#codes.set(name, 'rate')
        return
      case 'refused':
        this.#refusals.push(outcome.refusal)
        this.#codes.set(name, 'budget')
        return
      case 'failed':
        this.#codes.set(name, outcome.error.code)
        if (outcome.error.code === 'price_unknown') {
          this.#unpriced = outcome.error
          return
        }
        // One that may go better another time says more than one that never will.
        if (!(this.#failure?.isRetryable ?? false)) this.#failure = outcome.error
        return
    }
  }

  /** Nobody counts on a model without a price while a budget holds the others back. */
  get failure(): AppError | null {
    return this.#failure ?? (this.#refusals.length > 0 ? null : this.#unpriced)
  }

  /** Of budgets. */
  get refusals(): readonly Refusal[] {
    return this.#refusals
  }

  /** It matters whether there is any hope: a failure that may pass is told all the same. */
  get hangsOnHopes(): boolean {
    return this.failure === null
      ? this.#refusals.length > 0 && this.hopes.length > 0
      : this.isWorthWaiting
  }

  /** Why a model did not answer; null where it was not tried. */
  codeOf(name: string): string | null {
    return this.#codes.get(name) ?? null
  }

  get untried(): readonly string[] {
    return this.#order.filter((name) => !this.#tried.has(name))
  }

  /** Models that are limited or had no room, and nothing worse. */
  get hopes(): readonly string[] {
    return this.#order.filter((name) => this.#limited.has(name) || !this.#tried.has(name))
  }

  /** Models that failed or were refused by a budget, or would be if they were asked. */
  get failed(): readonly string[] {
    return [...this.#tried].filter((name) => !this.#limited.has(name))
  }

  /** No try of the task can mend what failed, but a model that was only limited can still answer. */
  get isWorthWaiting(): boolean {
    return this.failure !== null && !this.failure.isRetryable && this.hopes.length > 0
  }
}
