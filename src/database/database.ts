import type pg from 'pg'

export type Subscription = { readonly close: () => Promise<void> }

export type ListenOptions = {
  readonly channel: string
  readonly onNotify: (payload: string) => void
  /** Called after a lost connection listens again: notifications may have been missed. */
  readonly onReconnect: () => void
}

/** An open, migrated PostgreSQL database. */
export type Database = AsyncDisposable & {
  /** int8 columns come back as JS numbers; errors of idle connections are logged, not thrown. */
  readonly pool: pg.Pool
  /**
   * A few connections apart, for what must not wait behind readers: commits of workers, heartbeats,
   * the ledger. (Tried with one pool: 50 streams of large runs starved the heartbeats.)
   */
  readonly workPool: pg.Pool
  /** For people: which server this is. Holds no secret. */
  readonly description: string
  readonly embedded: boolean
  /** For child processes and tests. Holds the password: never log it. */
  readonly connectionUrl: string
  /** Listens on a connection of its own, which reconnects by itself. */
  readonly listen: (
    channel: string,
    onNotify: (payload: string) => void,
    onReconnect: () => void,
  ) => Promise<Subscription>
  /** Ends every connection. The embedded server stays up for others and stops by itself. */
  readonly close: () => Promise<void>
}
