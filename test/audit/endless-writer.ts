import { tmpdir } from 'node:os'
import { openDatabase } from '../../src/database/index.ts'
import { silentLog } from '../support/silent-log.ts'
import { entryOf, newAudit } from './audit-host.ts'

// Appends until it is killed and says which ids are stored.
const [databaseUrl = ''] = process.argv.slice(2)
const database = await openDatabase({
  databaseUrl,
  dataDir: tmpdir(),
  log: silentLog,
  applicationName: 'endless writer',
})
const audit = newAudit(database.pool)
const write = async (): Promise<never> => {
  for (;;) {
    const row = audit.entry(entryOf('Endless'))
    await audit.append([row])
    process.stdout.write(`${row.id}\n`)
  }
}
await Promise.all([write(), write(), write()])
