// A command as the tests see it: opens the database, says so in a line of JSON, then either ends at
// once or answers each line on standard input with the result of a query.
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '../../src/database/index.ts'
import { AppError } from '../../src/shared/index.ts'

const write = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
  process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`)
}
const log = { info: write('info'), warn: write('warn'), error: write('error') }
const say = (line: Readonly<Record<string, unknown>>) =>
  process.stdout.write(`${JSON.stringify(line)}\n`)

const [dataDir = '', migrationsFolder = '', idleStopMs = '1000', mode = 'exit'] =
  process.argv.slice(2)

async function answer(
  pool: { query: (text: string) => Promise<{ rows: unknown[] }> },
  text: string,
) {
  for (;;) {
    try {
      const { rows } = await pool.query(text)
      return say({ rows })
    } catch (error) {
      log.warn({ err: String(error) }, 'query failed, trying again')
      await delay(50)
    }
  }
}

try {
  await using database = await openDatabase({
    ...{ dataDir, log, migrationsFolder },
    idleStopMs: Number(idleStopMs),
  })
  say({ open: database.description, ms: Math.round(performance.now()) })
  if (mode === 'stay') {
    for await (const line of createInterface({ input: process.stdin })) {
      await answer(database.pool, line)
    }
  }
} catch (error) {
  if (!(error instanceof AppError)) throw error
  say({ error: error.code, message: error.message })
  process.exitCode = 1
}
