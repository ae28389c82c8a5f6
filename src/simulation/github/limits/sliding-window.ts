/** Counts what happened within the last `windowMs`; the oldest leave exactly when it has passed. */
export class SlidingWindow {
  readonly #windowMs: number
  #entries: { readonly at: number; readonly weight: number }[] = []
  #first = 0
  #sum = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  sum(now: number): number {
    this.#drop(now)
    return this.#sum
  }

  add(now: number, weight = 1): void {
    this.#entries.push({ at: now, weight })
    this.#sum += weight
  }

  /** Milliseconds until `weight` more fit under `limit`; 0: they do now. */
  waitFor(now: number, limit: number, weight = 1): number {
    this.#drop(now)
    let over = this.#sum + weight - limit
    if (over <= 0) return 0
    for (const entry of this.#entries.slice(this.#first)) {
      over -= entry.weight
      if (over <= 0) return entry.at + this.#windowMs - now
    }
    return this.#windowMs
  }

  #drop(now: number): void {
    for (;;) {
      const entry = this.#entries[this.#first]
      if (entry === undefined || entry.at + this.#windowMs > now) break
      this.#sum -= entry.weight
      this.#first += 1
    }
    // Seldom, so that dropping costs nothing on average.
    if (this.#first < 1000) return
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
  }
}
