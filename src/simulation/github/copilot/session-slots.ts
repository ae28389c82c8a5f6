/** At most `most` at a time for each key; the others wait for their turn, first come first served. */
export class SessionSlots<Key> {
  readonly #most: number
  readonly #taken = new Map<Key, number>()
  readonly #waiting = new Map<Key, (() => void)[]>()

  constructor(most: number) {
    this.#most = most
  }

  async run(key: Key, work: () => Promise<void>): Promise<void> {
    const taken = this.#taken.get(key) ?? 0
    if (taken < this.#most) this.#taken.set(key, taken + 1)
    else await this.#turn(key)
    try {
      await work()
    } finally {
      this.#leave(key)
    }
  }

  /** Whoever leaves hands its place on. */
  async #turn(key: Key): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(key) ?? []
    waiting.push(resolve)
    this.#waiting.set(key, waiting)
    await promise
  }

  #leave(key: Key): void {
    const next = this.#waiting.get(key)?.shift()
    if (next === undefined) this.#taken.set(key, (this.#taken.get(key) ?? 1) - 1)
    else next()
  }
}
