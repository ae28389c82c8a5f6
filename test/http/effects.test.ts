import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeEffects } from './sample-effects.ts'
import { startHttp } from './started-http.ts'

test('effects that wait are listed, shown whole, and decided once, by the caller', async (t) => {
  const { server, pool } = await startHttp(t)
  await storeEffects(pool, ['one', 'two', 'three'])
  const get = async (url: string) => (await server.inject({ url: `/api/v1/${url}` })).json()
  const post = async (url: string, payload?: object) => {
    const sent = { method: 'POST' as const, url: `/api/v1/${url}` }
    const reply = await server.inject(payload === undefined ? sent : { ...sent, payload })
    return { status: reply.statusCode, body: reply.json() }
  }
  const listed = await get('effects?state=asked&repository=octo/shop&run=run-1')
  assert.deepEqual(
    listed.effects.map(({ id }: { id: string }) => id),
    ['three', 'two', 'one'],
  )
  assert.equal('effect' in listed.effects[0], false, 'lists hold no texts')
  assert.deepEqual((await get('effects?repository=octo/other')).effects, [])
  assert.equal((await get('effects/one')).effect.effect.body, 'Done.')

  const approved = await post('effects/one/approve', { reason: 'read it' })
  assert.deepEqual(
    [approved.status, approved.body.effect.state, approved.body.effect.decidedBy],
    [200, 'intended', 'local'],
  )
  assert.equal(approved.body.effect.reasons.at(-1), 'approved by local: read it')
  assert.equal((await post('effects/two/deny')).body.effect.state, 'denied')
  const again = await post('effects/two/approve')
  assert.deepEqual([again.status, again.body.code], [409, 'effect_not_waiting'])
  const left = await get('effects?state=asked')
  assert.deepEqual(
    left.effects.map(({ id }: { id: string }) => id),
    ['three'],
  )
})

test('the gate says that it is paused, by whom and why, until it is resumed', async (t) => {
  const { server } = await startHttp(t)
  const ask = async (method: 'GET' | 'POST', url: string, payload?: object) =>
    (
      await server.inject({
        ...{ method, url: `/api/v1/gate${url}` },
        ...(payload === undefined ? {} : { payload }),
      })
    ).json()
  assert.deepEqual(await ask('GET', ''), { paused: false, pauses: [] })
  await ask('POST', '/pause', { reason: 'something is odd' })
  const standing = await ask('GET', '')
  assert.equal(standing.paused, true)
  const [{ at, ...pause }] = standing.pauses
  assert.deepEqual(pause, { repository: null, by: 'local', reason: 'something is odd' })
  assert.ok(Date.parse(at) > 0)
  assert.deepEqual(await ask('POST', '/resume'), { paused: false, pauses: [] })
})
