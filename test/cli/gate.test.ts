import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effect } from '../../src/contracts/index.ts'
import { withTransaction } from '../../src/database/index.ts'
import { insertEffect } from '../../src/records/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { openCommandLine } from './command-line.ts'

const hostile: Effect = {
  ...{ type: 'issue.comment', repository: 'octo/shop', number: 7 },
  body: 'First line\n\u001b[2J\u001b[31mred\u001b[0m \u202egnp.exe\nlast line',
}

test('without a credential of GitHub a person lists, reads and decides, and pauses the gate', async () => {
  await using database = await testDatabase()
  await using line = await openCommandLine()
  for (const id of ['one', 'two']) {
    await withTransaction(database.pool, (client) =>
      insertEffect(client, {
        ...{ id, key: id, effect: hostile, state: 'asked' },
        reasons: ["issue.comment needs a person's word."],
        origin: { run: 'r1', task: 'cart', root: 'r1', depth: 0, user: null, taint: 'model' },
      }),
    )
  }
  const gate = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await line.run(['gate', ...args], {
      env: { DATABASE_URL: database.url },
    })
    return { code, stdout, stderr }
  }
  const shown = await gate('show', 'one')
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /issue\.comment in octo\/shop, asked[\s\S]+number: 7\n/)
  assert.match(shown.stdout, /\| First line\n.*\| red gnp\.exe\n.*\| last line\n/)
  assert.doesNotMatch(shown.stdout, /\p{Cc}(?<!\n)|\u202e/u)

  const approved = await gate('approve', 'one', '--reason', 'read it')
  assert.match(approved.stdout, /is approved; it is performed by a process that has a credential/)
  const denied = JSON.parse((await gate('deny', 'two', '--json')).stdout)
  assert.deepEqual([denied.effect.state, denied.effect.decidedBy], ['denied', 'local'])
  const again = await gate('approve', 'two')
  assert.deepEqual([again.code, /effect_not_waiting/.test(again.stderr)], [2, true])

  await gate('pause', '--reason', 'a look')
  const listed = await gate('list', '--run', 'r1')
  assert.match(listed.stdout, /^The gate is paused by local: a look\nEFFECT/)
  assert.match(listed.stdout, /^two +denied +issue\.comment +octo\/shop .* r1\/cart$/m)
  assert.deepEqual(JSON.parse((await gate('resume', '--json')).stdout), {
    paused: false,
    pauses: [],
  })
  assert.match((await gate('list', '--state', 'asked')).stdout, /^No such effects\.$/m)
})
