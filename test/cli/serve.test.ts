import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { processEnvironment } from '../../src/config/index.ts'
import { type CommandLine, openCommandLine } from './command-line.ts'

let line: CommandLine
before(async () => {
  line = await openCommandLine()
})
after(async () => line[Symbol.asyncDispose]())

test('serve says when it is ready and what to try, performs runs, and stops on a signal', async () => {
  const started = line.start(['serve', '--port', '0', '--json'])
  const [, url = ''] = await started.says(/curl -s (http:\/\/127\.0\.0\.1:\d+)\/health/)
  await started.says(/split examples\/shop\.json/)
  const [said] = await started.says(/^maniple serves on.*Stop with Ctrl-C\.$/ms)
  for (const printed of said.split('\n')) assert.ok(printed.length <= 78, printed)
  assert.ok(said.includes(`--data-dir ${line.dataDir}`), said)
  // What it says to try must work as it stands.
  const pasted = said
    .slice(said.indexOf(`curl -s ${url}/api`))
    .split('\n')
    .slice(0, 3)
    .join('\n')
  const { run } = JSON.parse(execFileSync('sh', ['-c', pasted], { encoding: 'utf8' }))
  const health = await fetch(`${url}/health`)
  assert.equal(health.status, 200)
  await health.body?.cancel()
  const watched = await line.run(['watch', run.id, '--json'])
  assert.equal(watched.code, 0, watched.stderr)
  assert.equal(JSON.parse(watched.stdout).tasks.length, 2)
  started.child.kill('SIGTERM')
  const { code, stdout, stderr } = await started.ended
  assert.equal(code, 0, stderr)
  assert.deepEqual(JSON.parse(stdout), { ready: true, url, roles: ['api', 'worker'] })
})

test('beyond loopback it starts only when there is a token, and asks for it', async () => {
  const serve = ['serve', '--host', '0.0.0.0', '--port', '0', '--role', 'api']
  const refused = await line.run(serve)
  assert.equal(refused.code, 2, refused.stderr)
  assert.match(
    refused.stderr,
    /^maniple: [^\n]*0\.0\.0\.0[^\n]*token create[^\n]* \(config_invalid\)\n$/,
  )
  const made = await line.run(['token', 'create', '--name', 'ci', '--role', 'operator'])
  assert.equal(made.code, 0, made.stderr)
  const started = line.start(serve)
  const [, url = ''] = await started.says(/curl -s (http:\/\/[\d.]+:\d+)\/health/)
  const status = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(`${url}/api/v1/runs`, { headers })
    await response.body?.cancel()
    return response.status
  }
  assert.equal(await status({}), 401)
  assert.equal(await status({ authorization: `Bearer ${made.stdout.trim()}` }), 200)
  const [pasted] = await started.says(/curl -s \S+\/runs \\\n[^\n]*\n(?=Stop with)/)
  const env = { PATH: processEnvironment().PATH, TOKEN: made.stdout.trim() }
  const listed = execFileSync('sh', ['-c', pasted], { encoding: 'utf8', env })
  assert.ok(Array.isArray(JSON.parse(listed).runs), listed)
  started.child.kill('SIGTERM')
  assert.equal((await started.ended).code, 0)
})

test('a port that is taken is said in one line, with exit 3', async () => {
  const first = line.start(['serve', '--port', '0', '--role', 'api'])
  const [, port = ''] = await first.says(/curl -s http:\/\/127\.0\.0\.1:(\d+)\/health/)
  const second = await line.run(['serve', '--port', port, '--log-level', 'error'])
  assert.equal(second.code, 3, second.stderr)
  assert.match(
    second.stderr,
    /^maniple: Port \d+ .*--port; it may be another Maniple.* \(port_taken\)\n$/,
  )
  first.child.kill('SIGINT')
  assert.equal((await first.ended).code, 0)
})

test('work performs what an API without workers accepted', async () => {
  const api = line.start(['serve', '--port', '0', '--role', 'api'])
  const [, url = ''] = await api.says(/curl -s (http:\/\/127\.0\.0\.1:\d+)\/health/)
  const submitted = await fetch(`${url}/api/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"kind":"split","input":"- [ ] Only task"}',
  })
  const { run } = JSON.parse(await submitted.text())
  const worker = line.start(['work', '--slots', '3'])
  await worker.says(/performs up to 3 tasks at once/)
  const watched = await line.run(['watch', run.id, '--json'])
  assert.equal(watched.code, 0, watched.stderr)
  worker.child.kill('SIGTERM')
  api.child.kill('SIGTERM')
  assert.equal((await worker.ended).code, 0)
  assert.equal((await api.ended).code, 0)
})
