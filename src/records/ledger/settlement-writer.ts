import type { Pool } from 'pg'
import type { SettlementRecord } from '../../contracts/index.ts'
import { withRetry } from '../../resilience/index.ts'

/** Beyond it a transaction would hold its locks for long. */
const mostAtOnce = 1000

type Waiting = {
  readonly records: readonly SettlementRecord[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Writes settlements on their own; those that come while a commit is under way share the next. */
export class SettlementWriter {
  readonly #pool: Pool
  readonly #signal: AbortSignal
  readonly #waiting: Waiting[] = []
  #writing: Promise<void> | null = null

  constructor(pool: Pool, signal: AbortSignal) {
    this.#pool = pool
    this.#signal = signal
  }

  write(records: readonly SettlementRecord[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ records, resolve, reject })
    this.#writing ??= this.#drain()
    return promise
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      try {
        await this.#commit(batch.flatMap(({ records }) => records))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#writing = null
  }

  #takeBatch(): readonly Waiting[] {
    let count = 0
    let size = 0
    for (const { records } of this.#waiting) {
      size += records.length
      if (count > 0 && size > mostAtOnce) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  /** Writing again what a lost connection may have written is harmless. */
  async #commit(records: readonly SettlementRecord[]): Promise<void> {
    if (records.length === 0) return
    const query = {
      name: 'settle',
      text: 'select maniple.settle($1::json)',
      values: [JSON.stringify(records)],
    }
    await withRetry(() => this.#pool.query(query), { signal: this.#signal, retries: 8 })
  }
}
