import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { processEnvironment } from '../../src/config/index.ts'
import { repository } from './started-github.ts'
import { openTroupe, type Troupe } from './troupe.ts'

const shop = readFileSync(new URL('../../examples/shop.json', import.meta.url), 'utf8')
const kills = 4
const tasks = 24
/** Many times what it takes: a run that hangs fails. */
const longestMs = 300_000

type Issue = { readonly number: number; readonly pull_request?: unknown }
type Pull = { readonly merged_at: string | null; readonly head: { readonly ref: string } }

/** Writes after which both processes are killed: between 15 and 34 after the last kill. */
function killPoints(seed: number): readonly number[] {
  let state = seed
  let writes = 0
  return Array.from({ length: kills }, () => {
    state = (state * 48_271) % 2_147_483_647
    writes += 15 + (state % 20)
    return writes
  })
}

async function runThroughKills(troupe: Troupe, seed: number): Promise<void> {
  const points = killPoints(seed)
  let killed = 0
  const latest = performance.now() + longestMs
  while (!(await troupe.isOver())) {
    assert.ok(performance.now() < latest, `not over, after ${killed} of ${points.join(', ')}`)
    const { writes } = await troupe.stats()
    const next = points[killed]
    if (next !== undefined && writes >= next) {
      await troupe.kill()
      killed += 1
      await troupe.work(2)
    }
    await delay(20)
  }
  assert.equal(killed, kills, 'the run was still going on at each point')
}

// Minutes long, and only by `npm run test:long`: a run of it takes as long as its leases.
const isLong = processEnvironment().MANIPLE_LONG_TESTS !== undefined
const whole = { skip: !isLong && 'set MANIPLE_LONG_TESTS, or npm run test:long' }

test(
  'killed at any point, a run makes each issue, pull request and merge once',
  whole,
  async () => {
    await using troupe = await openTroupe()
    const parent = await troupe.post<Issue>(`/repos/${repository}/issues`, {
      ...{ title: '[Parallel] Shop', body: `\`\`\`json\n${shop}\n\`\`\`` },
    })
    await troupe.begin(parent.number)
    await troupe.work(2)
    await runThroughKills(troupe, 7)
    const { succeeded, errors } = await troupe.ended()
    assert.equal(succeeded + errors.length, tasks)
    // A task that loses its process three times running is failed on purpose; nothing else may fail.
    for (const error of errors) assert.match(error, /worker_lost|: null$/)
    const path = `/repos/${repository}`
    const all = await troupe.get<readonly Issue[]>(`${path}/issues?state=all&per_page=100`)
    const subs = await troupe.get<readonly Issue[]>(
      `${path}/issues/${parent.number}/sub_issues?per_page=100`,
    )
    const pulls = await troupe.get<readonly Pull[]>(`${path}/pulls?state=all&per_page=100`)
    const comments = await troupe.get<readonly unknown[]>(
      `${path}/issues/${parent.number}/comments`,
    )
    const commits = await troupe.get<readonly unknown[]>(`${path}/commits?per_page=100`)
    assert.equal(subs.length, tasks)
    assert.equal(all.filter(({ pull_request }) => pull_request === undefined).length, tasks + 1)
    assert.equal(new Set(pulls.map(({ head }) => head.ref)).size, pulls.length)
    const merged = pulls.filter(({ merged_at }) => merged_at !== null).length
    assert.ok(merged >= succeeded && pulls.length <= tasks, `${merged} of ${pulls.length} merged`)
    // One squashed commit for each merge, on top of the first.
    assert.equal(commits.length, merged + 1)
    assert.equal(comments.length, 1)
  },
)
