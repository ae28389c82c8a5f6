/** Which waves are taken: finds the first free one from any on, in almost constant time. */
export class NextFree {
  readonly #next = new Map<number, number>()

  take(wave: number): void {
    if (!this.#next.has(wave)) this.#next.set(wave, wave + 1)
  }

  from(wave: number): number {
    let end = wave
    for (let next = this.#next.get(end); next !== undefined; next = this.#next.get(end)) end = next
    // What was passed on the way points to the end from now on.
    for (let at = wave; at !== end; ) {
      const next = this.#next.get(at) ?? end
      this.#next.set(at, end)
      at = next
    }
    return end
  }
}
