import type { Pool } from 'pg'
import { type NewDelivery, storeDeliveries } from './delivery-rows.ts'

type Waiting = {
  readonly delivery: NewDelivery
  readonly resolve: (isNew: boolean) => void
  readonly reject: (error: unknown) => void
}

/** Enough for one commit, and no more of them in one statement than memory likes. */
const mostAtOnce = 500
const mostBytes = 32_000_000

/** Stores deliveries by group commit: what arrives during a commit goes down with the next. */
export class DeliveryStore {
  readonly #pool: Pool
  #waiting: Waiting[] = []
  #writing: Promise<void> | null = null

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Resolves once it is committed: true when it was new, false when it had come before. */
  async keep(delivery: NewDelivery): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.#waiting.push({ delivery, resolve, reject })
    this.#writing ??= this.#write()
    return await promise
  }

  /** Resolves once everything that was given is written, or refused. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    await null
    while (this.#waiting.length > 0) await this.#writeBatch(this.#nextBatch())
    this.#writing = null
  }

  #nextBatch(): readonly Waiting[] {
    let bytes = 0
    const cut = this.#waiting.findIndex(({ delivery }, index) => {
      bytes += delivery.body.length
      return index > 0 && (index >= mostAtOnce || bytes > mostBytes)
    })
    return this.#waiting.splice(0, cut < 0 ? this.#waiting.length : cut)
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const kept = await storeDeliveries(
        this.#pool,
        batch.map(({ delivery }) => delivery),
      )
      const told = new Set<string>()
      for (const { delivery, resolve } of batch) {
        const name = `${delivery.source} ${delivery.guid}`
        resolve(kept.has(name) && !told.has(name))
        told.add(name)
      }
    } catch (error) {
      // One that the database cannot hold must not take the others with it.
      if (batch.length === 1) return batch[0]?.reject(error)
      const half = Math.ceil(batch.length / 2)
      await this.#writeBatch(batch.slice(0, half))
      await this.#writeBatch(batch.slice(half))
    }
  }
}
