export type { Database, Subscription } from './database.ts'
export { type OpenDatabaseOptions, openDatabase } from './open-database.ts'
export { withTransaction } from './with-transaction.ts'
