import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Faults } from '../../src/simulation/github/faults/choose-fault.ts'
import { startGitHub } from './start-github.ts'

test('a connection may break before a write is applied, and after it', async () => {
  await using at = await startGitHub()
  at.github.failNext(1, 'drop_before')
  await assert.rejects(at.call('POST issues', { title: 'Lost' }))
  assert.equal(at.repository.issues.size, 0)
  at.github.failNext(1, 'drop_after', { method: 'POST', route: '/repos/{owner}/{repo}/issues' })
  assert.equal((await at.call('GET issues')).status, 200)
  await assert.rejects(at.call('POST issues', { title: 'Done' }))
  assert.equal(at.repository.issues.size, 1)
  assert.equal(at.github.stats().byStatus.aborted, 2)
})

test('servers fail, and say that one comes too often', async () => {
  await using at = await startGitHub()
  at.github.failNext(1, 'server_error')
  at.github.failNext(1, 'bad_gateway')
  at.github.failNext(1, 'secondary_limit')
  assert.equal((await at.call('GET issues')).status, 500)
  assert.equal((await at.call('GET issues')).status, 502)
  const limited = await at.call('GET issues')
  assert.deepEqual([limited.status, limited.headers.get('retry-after')], [403, '60'])
  assert.equal((await at.call('GET issues')).status, 200)
})

test('a request that is never answered hangs until its client gives up', async () => {
  await using at = await startGitHub()
  at.github.failNext(1, 'timeout')
  const signal = AbortSignal.timeout(50)
  await assert.rejects(fetch(`${at.github.url}/user`, { signal }), { name: 'TimeoutError' })
})

test('faults by rate depend on the seed and on how often a route was called', () => {
  const draw = (seed: number): readonly unknown[] => {
    const faults = new Faults(seed, { server_error: 0.3 })
    return Array.from({ length: 50 }, () => faults.choose('GET', '/user'))
  }
  assert.deepEqual(draw(1), draw(1))
  assert.notDeepEqual(draw(1), draw(2))
  assert.ok(draw(1).includes('server_error') && draw(1).includes(null))
  assert.throws(() => new Faults(1, { server_error: 0.6, timeout: 0.6 }), {
    code: 'config_invalid',
  })
})
