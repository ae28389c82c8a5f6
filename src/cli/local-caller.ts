import type { Caller } from '../contracts/index.ts'

/** Whoever may open the data directory or the database is its owner. */
export const localCaller: Caller = { user: 'local', role: 'admin', via: 'cli' }
