import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startGitHub } from './start-github.ts'

const command = fileURLToPath(new URL('simulated-github-command.ts', import.meta.url))

test('in a process of its own it is told over HTTP what to simulate, and ends with its starter', async () => {
  const child = spawn(process.execPath, [command, JSON.stringify({ timeScale: 10 })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
    const { url, scale } = JSON.parse(line)
    assert.equal(scale, 10)
    const control = async (path: string, body?: unknown) => {
      const response = await fetch(`${url}/_simulation/${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      })
      // biome-ignore lint/suspicious/noExplicitAny: the test reads what it expects to be there.
      const answer: any = await response.json()
      return { status: response.status, body: answer }
    }
    await control('users', { login: 'octo' })
    const made = await control('repositories', { owner: 'octo', name: 'shop' })
    assert.equal(made.body.fullName, 'octo/shop')
    const wanted = { kind: 'classic', login: 'octo', scopes: ['repo'] }
    const token = await control('tokens', wanted)
    const headers = { authorization: `Bearer ${token.body.value}`, 'user-agent': 'test' }
    const order = await control('fail-next', { count: 1, fault: 'bad_gateway', method: 'GET' })
    assert.equal(order.status, 200)
    assert.equal((await fetch(`${url}/user`, { headers })).status, 502)
    assert.equal((await fetch(`${url}/user`, { headers })).status, 200)
    assert.equal((await control('stats')).body.byRoute['GET /user'], 2)
    assert.equal((await control('tokens', { kind: 'none' })).status, 422)
    assert.equal((await control('nothing')).status, 404)
    const ended = once(child, 'exit')
    child.stdin.end()
    assert.deepEqual(await ended, [0, null])
  } finally {
    child.kill('SIGKILL')
  }
})

test('nobody can tell it anything where that was not asked for', async () => {
  await using at = await startGitHub()
  assert.equal((await at.call('GET /_simulation/stats')).status, 404)
})
