import { CircuitState, CountBreaker } from 'cockatiel'

/**
 * Counts the latest calls of a lane in this process and says when too many of them failed. What
 * follows from that all processes share: see the lanes of the engine.
 */
export class FailureWindow {
  readonly #breaker: CountBreaker

  /** `share` of the latest `calls` must fail, and at least half as many calls must have been made. */
  constructor({ share, calls }: { readonly share: number; readonly calls: number }) {
    const minimumNumberOfCalls = Math.max(2, Math.ceil(calls / 2))
    // The library opens above the threshold, we at it.
    const threshold = Math.max(Number.EPSILON, share - 1e-9)
    this.#breaker = new CountBreaker({ threshold, size: calls, minimumNumberOfCalls })
  }

  succeeded(): void {
    this.#breaker.success(CircuitState.Closed)
  }

  /** True when with this one too many have failed. */
  failed(): boolean {
    return this.#breaker.failure(CircuitState.Closed)
  }
}
