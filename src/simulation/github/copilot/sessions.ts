import type { Actor } from '../state/actor.ts'
import type { Issue } from '../state/entities.ts'
import { SessionSlots } from './session-slots.ts'

type Session = { readonly stop: AbortController; readonly ended: Promise<void> }

/** What is under way: of one issue or pull request one after the other, of one person a few. */
export class Sessions {
  readonly #slots: SessionSlots<Actor>
  readonly #running = new Map<Issue, Session[]>()
  readonly #failures: unknown[] = []

  constructor(most: number) {
    this.#slots = new SessionSlots(most)
  }

  isBusy(on: Issue): boolean {
    return this.#running.has(on)
  }

  begin(on: Issue, person: Actor, work: (signal: AbortSignal) => Promise<void>): void {
    const stop = new AbortController()
    const before = this.#running.get(on) ?? []
    const ended = this.#run(stop.signal, before.at(-1)?.ended, () =>
      this.#slots.run(person, async () => {
        if (!stop.signal.aborted) await work(stop.signal)
      }),
    )
    const session = { stop, ended }
    this.#running.set(on, [...before, session])
    void ended.then(() => {
      this.#forget(on, session)
    })
  }

  /** Resolves in any case: what went wrong is kept for `failures`. */
  async #run(
    signal: AbortSignal,
    before: Promise<void> | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    await before
    try {
      await work()
    } catch (error) {
      if (!signal.aborted) this.#failures.push(error)
    }
  }

  #forget(on: Issue, session: Session): void {
    const rest = (this.#running.get(on) ?? []).filter((other) => other !== session)
    if (rest.length > 0) this.#running.set(on, rest)
    else this.#running.delete(on)
  }

  stop(on: Issue): void {
    for (const { stop } of this.#running.get(on) ?? []) stop.abort()
  }

  failures(): readonly unknown[] {
    return this.#failures
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all([...this.#running.values()].flat().map(({ ended }) => ended))
      // Whatever forgets a session runs after whoever waits for its end.
      await Promise.resolve()
    }
  }

  async end(): Promise<void> {
    for (const on of this.#running.keys()) this.stop(on)
    await this.idle()
  }
}
