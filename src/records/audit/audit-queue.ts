import type { Pool } from 'pg'
import { isConnectionError, withRetry } from '../../resilience/index.ts'
import { AppError, type Log } from '../../shared/index.ts'
import type { AuditRow } from './audit-row.ts'

type QueueOptions = {
  readonly pool: Pool
  readonly log: Log
  /** Who writes. */
  readonly segment: string
}

type Waiting = {
  readonly rows: readonly AuditRow[]
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Rows of a database that is away are not gathered without end: the caller is told instead. */
const mostWaiting = 10_000
/** How long closing tries to reach a database that is away. */
const closeMs = 3000

/** Group commit: what arrives while a commit is under way goes down in the next. */
export class AuditQueue {
  readonly #options: QueueOptions
  #waiting: Waiting[] = []
  #rows = 0
  #writing: Promise<void> | null = null
  readonly #closing = new AbortController()

  constructor(options: QueueOptions) {
    this.#options = options
  }

  async append(rows: readonly AuditRow[]): Promise<void> {
    if (rows.length === 0) return
    if (this.#closing.signal.aborted) {
      throw new AppError('shutting_down', 'The audit is closed; nothing more is appended')
    }
    if (this.#rows + rows.length > mostWaiting) {
      const message = `${this.#rows} audit records wait for the database already`
      throw new AppError('database_unavailable', message)
    }
    this.#rows += rows.length
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject })
      this.#writing ??= this.#write().finally(() => {
        this.#writing = null
      })
    })
  }

  /** Writes what waits, then refuses more. */
  async close(): Promise<void> {
    const patience = setTimeout(() => this.#closing.abort(), closeMs)
    await this.#writing
    clearTimeout(patience)
    this.#closing.abort()
  }

  async #write(): Promise<void> {
    // What the same turn of the event loop brings goes into the first commit.
    await null
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#commit(batch.flatMap(({ rows }) => rows))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      } finally {
        this.#rows -= batch.reduce((sum, { rows }) => sum + rows.length, 0)
      }
    }
  }

  async #commit(rows: readonly AuditRow[]): Promise<void> {
    const { pool, log, segment } = this.#options
    let isTold = false
    // Entries carry ids: a batch whose answer was lost is repeated without harm.
    await withRetry(
      () =>
        pool.query('select maniple.append_audit($1, $2::json)', [segment, JSON.stringify(rows)]),
      {
        signal: this.#closing.signal,
        isRetryable: (error) => isConnectionError(error),
        onRetry: (error) => {
          if (!isTold) log.warn({ err: error }, 'audit cannot reach the database, trying again')
          isTold = true
        },
      },
    )
  }
}
