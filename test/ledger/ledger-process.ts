import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { accountsFor, Cap } from '../../src/budget/index.ts'
import { openDatabase } from '../../src/database/index.ts'
import { createLedger } from '../../src/records/index.ts'
import { systemClock } from '../../src/shared/index.ts'
import { seededRandom } from '../crash/seeded-random.ts'
import { silentLog } from '../support/silent-log.ts'

/** What a process of the big test is told, as JSON in its first argument. */
export const Orders = z.object({
  url: z.string(),
  seed: z.number(),
  workers: z.number(),
  caps: z.array(Cap),
  users: z.array(z.string()),
  repository: z.string(),
})
export type Orders = z.infer<typeof Orders>

/**
 * Many workers that spend until they are refused for good. Says `ready`, waits for `go`, then says a
 * line for each settled call.
 */
async function main(orders: Orders, go: Promise<void>): Promise<void> {
  const { url, seed, workers, caps, users, repository } = orders
  await using database = await openDatabase({
    databaseUrl: url,
    dataDir: '.',
    log: silentLog,
    poolSize: 3,
  })
  await using ledger = createLedger({
    pool: database.pool,
    listen: database.listen,
    clock: systemClock,
    log: silentLog,
    longestCallMs: 600_000,
    heartbeatMs: 500,
    idleMs: 500,
  })
  const random = seededRandom(seed)
  const work = async (worker: number) => {
    const user = users[worker % users.length] ?? null
    for (let call = 0; ; call += 1) {
      const runId = `${repository}-run-${(worker + call) % 20}`
      const subject = { runId, rootId: runId, repository, user }
      const accounts = accountsFor(caps, subject, new Date())
      const usd = 0.5 + random()
      const got = await ledger.reserve(accounts, { usd }, { runId, task: `${worker}` })
      if (got.kind === 'refusal') {
        // A run's or a user's cap is reached; the worker goes on for others until all is spent.
        if (got.frees === null && (got.account.id.startsWith('all') || call > 400)) return
        await delay(5 + random() * 20)
        continue
      }
      await delay(random() * 10)
      // Overruns are many but small: large ones would hide what was leased beyond a cap.
      const actual = random() < 0.2 ? usd + 0.001 : usd * random()
      await ledger.write([ledger.settle(got, { usd: actual })])
      process.stdout.write('call\n')
    }
  }
  process.stdout.write('ready\n')
  await go
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
}

if (process.argv[2] !== undefined) {
  // Ends with its parent, whatever happens to that.
  const { promise: go, resolve } = Promise.withResolvers<void>()
  const input = createInterface({ input: process.stdin })
  input.on('line', () => resolve()).on('close', () => process.exit())
  await main(Orders.parse(JSON.parse(process.argv[2])), go)
  process.exit(0)
}
