import type { Pool } from 'pg'
import type { CompletionRecord } from '../../src/contracts/index.ts'

/** Writes what calls leave behind as the engine does: what comes up during a commit shares the next. */
export class RecordKeeper {
  readonly #pool: Pool
  #waiting: CompletionRecord[] = []
  #writing: Promise<void> | null = null
  #failure: unknown = null

  constructor(pool: Pool) {
    this.#pool = pool
  }

  readonly keep = (record: CompletionRecord): void => {
    this.#waiting.push(record)
    this.#writing ??= this.#write()
  }

  async settled(): Promise<void> {
    await this.#writing
    if (this.#failure !== null) throw this.#failure
  }

  async #write(): Promise<void> {
    try {
      await null
      while (this.#waiting.length > 0) {
        const batch = JSON.stringify(this.#waiting.splice(0))
        await this.#pool.query('select maniple.keep_records($1::json)', [batch])
      }
    } catch (error) {
      this.#failure = error
    } finally {
      this.#writing = null
    }
  }
}
