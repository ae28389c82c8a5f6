import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { processEnvironment } from '../../src/config/index.ts'
import { Run } from '../../src/contracts/index.ts'
import { openDatabase } from '../../src/database/index.ts'
import { openCommandLine } from '../cli/command-line.ts'
import { type EmbeddedServer, embeddedServer } from '../support/embedded-server.ts'
import { silentLog } from '../support/silent-log.ts'
import { assertSound } from './assert-sound.ts'
import { layeredWorkflow } from './layered-workflow.ts'
import { patiently } from './patiently.ts'
import { seededRandom } from './seeded-random.ts'
import { type Cast, gatherCast, type Victim, victims } from './victims.ts'
import { watchProgress } from './watch-progress.ts'

const kills = 20
const tasks = 500
const env = { MANIPLE_SIMULATION_LATENCY_MS: '600' }
const isLong = processEnvironment().MANIPLE_LONG_TESTS !== undefined
const seeds = isLong ? [1, 2, 3, 4, 5, 6, 7, 8] : [1]

const Answer = z.object({ run: Run })

/** Kills at counts of ended tasks, so that every moment falls within the run on any machine. */
async function killUntilEnded(
  server: EmbeddedServer,
  cast: Cast,
  random: () => number,
): Promise<Victim[]> {
  const moments = Array.from({ length: kills }, () => Math.floor(5 + random() * tasks * 0.7))
  moments.sort((a, b) => a - b)
  const killed: Victim[] = []
  while (true) {
    assert.deepEqual(cast.faults, [], 'no process ended by itself')
    const progress = await watchProgress(server)
    if (progress?.isOver === true) return killed
    const moment = moments[killed.length]
    if (moment !== undefined && progress !== null && progress.ended >= moment) {
      const victim = victims[Math.floor(random() * victims.length)] ?? 'server'
      if (cast.kill(victim)) killed.push(victim)
    }
    await delay(40)
  }
}

for (const seed of seeds) {
  test(`kill -9 at ${kills} moments loses nothing and does nothing twice (seed ${seed})`, async () => {
    const random = seededRandom(seed)
    await using server = embeddedServer()
    await using line = await openCommandLine(server.dataDir)
    const port = 20_000 + Math.floor(random() * 20_000)
    const url = `http://127.0.0.1:${port}/api/v1/runs`
    const cast = gatherCast(
      server,
      (args) => line.start([...args, '--log-level', 'error'], { env }),
      port,
    )
    try {
      const { run } = Answer.parse(
        await patiently(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `seed-${seed}` },
          body: JSON.stringify({
            kind: 'split',
            input: layeredWorkflow(10, tasks / 10),
            options: { concurrency: 12 },
          }),
        }),
      )
      const killed = await killUntilEnded(server, cast, random)
      const { run: ended } = Answer.parse(await patiently(`${url}/${run.id}`))
      assert.notEqual(ended.finishedAt, null, 'the API is back and knows')
      assert.equal(killed.length, kills, 'every kill fell within the run')
      assert.ok(new Set(killed).size >= 4, `killed ${killed.join(', ')}`)
      await using database = await openDatabase({ dataDir: server.dataDir, log: silentLog })
      await assertSound(database.pool)
      const { rows } = await database.pool.query<{ state: string; n: number; code: string | null }>(
        `select t.state::text, count(*)::int as n, min(a.error_code) as code from maniple.tasks t
         left join maniple.attempts a on a.task_id = t.id and a.attempt = t.attempt
         where t.ordinal > 0 group by 1`,
      )
      const total = rows.reduce((sum, row) => sum + row.n, 0)
      assert.equal(total, tasks)
      // A task whose worker is lost three times in a row fails; nothing else may fail here.
      for (const row of rows) if (row.state === 'failed') assert.equal(row.code, 'worker_lost')
    } finally {
      await cast.stop()
    }
  })
}
