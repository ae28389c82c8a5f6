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
  #failure: AppError | null = null

  constructor(order: readonly string[]) {
    this.#order = order
  }

  note(name: string, outcome: VainOutcome): void {
    this.#tried.add(name)
    this.#limited.delete(name)
    switch (outcome.kind) {
      case 'limited':
        this.#limited.add(name)
        return
      case 'refused':
        this.#refusals.push(outcome.refusal)
        return
      case 'failed':
        // One that may go better another time says more than one that never will.
        if (!(this.#failure?.isRetryable ?? false)) this.#failure = outcome.error
        return
    }
  }

  get failure(): AppError | null {
    return this.#failure
  }

  /** Of budgets. */
  get refusals(): readonly Refusal[] {
    return this.#refusals
  }

  get untried(): readonly string[] {
    return this.#order.filter((name) => !this.#tried.has(name))
  }

  /** Models that are limited or had no room, and nothing worse. */
  get hopes(): readonly string[] {
    return this.#order.filter((name) => this.#limited.has(name) || !this.#tried.has(name))
  }

  /** Models that failed or were refused by a budget. */
  get failed(): readonly string[] {
    return [...this.#tried].filter((name) => !this.#limited.has(name))
  }

  /** No try of the task can mend what failed, but a model that was only limited can still answer. */
  get isWorthWaiting(): boolean {
    return this.#failure !== null && !this.#failure.isRetryable && this.hopes.length > 0
  }
}
