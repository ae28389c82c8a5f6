import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/index.ts'
import { Catalogue, OrchestrationResult, PilotStatus } from '../../src/contracts/index.ts'
import { checkout, openCommandLine } from './command-line.ts'

const docs = (await readdir(join(checkout, 'docs'))).filter((name) => name.endsWith('.md'))
// What the examples in docs/models.md name as the variables that hold keys.
const env = { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', AZURE_API_KEY: 'c', COMPANY_KEY: 'd' }

for (const page of ['README.md', ...docs.map((name) => `docs/${name}`)]) {
  const text = await readFile(join(checkout, page), 'utf8')
  for (const [index, [, example = '']] of [...text.matchAll(/^```yaml\n(.*?)^```/gms)].entries()) {
    test(`example ${index + 1} of ${page} is a valid configuration`, async (t) => {
      const cwd = await mkdtemp(join(tmpdir(), 'maniple-example-'))
      t.after(() => rm(cwd, { recursive: true }))
      await writeFile(join(cwd, 'maniple.config.yaml'), example)
      loadConfig({ env, cwd })
    })
  }
}

test('examples/several-models.yaml does what its comments say', async (t) => {
  await using line = await openCommandLine()
  const serve = ['serve', '--config', 'examples/several-models.yaml', '--port', '0']
  // Exploring would make the choice between two models of a specialist a matter of luck.
  const started = line.start(serve, { env: { MANIPLE_ROUTING_EXPLORATION_FLOOR: '0' } })
  t.after(() => started.child.kill('SIGTERM'))
  const [, url = ''] = await started.says(/^maniple serves on (\S+)$/m)
  const api = `${url}/api/GitHubModels`
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const request = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(api + path, body === undefined ? {} : request)
    assert.equal(response.status, 200, path)
    return await response.json()
  }
  const example = JSON.parse(await readFile(join(checkout, 'examples/orchestrate.json'), 'utf8'))
  const workloads = async (changes: object) => {
    const answer = await ask('/orchestrate/parallel', { ...example, ...changes })
    const { success, simulated, workloads: done } = OrchestrationResult.parse(answer)
    assert.deepEqual([success, simulated], [true, true])
    return done
  }
  const modelsOf = async (changes: object): Promise<Record<string, string | null>> =>
    Object.fromEntries((await workloads(changes)).map(({ type, model }) => [type, model]))

  const { models, simulated } = Catalogue.parse(await ask('/models/available'))
  assert.deepEqual([models.length, simulated], [3, true])
  const before = await modelsOf({})
  assert.deepEqual([before.code_review, before.documentation], ['large', 'small'])

  const { state } = PilotStatus.parse(await ask('/pilot/start', {}))
  assert.equal(state, 'running')
  const seen = new Set<string | null>()
  for (let key = 0; key < 10; key += 1) {
    const done = await workloads({ pilotKey: `issue-${key}` })
    const arm = new Set(done.map(({ model }) => model))
    assert.deepEqual(arm, new Set([done.every(({ pilot }) => pilot) ? 'newcomer' : 'small']))
    for (const model of arm) seen.add(model)
  }
  assert.deepEqual([...seen].toSorted(), ['newcomer', 'small'])
  const elsewhere = await modelsOf({ repository: 'octo-org/other' })
  assert.equal(elsewhere.code_review, 'large')
  assert.ok(!Object.values(elsewhere).includes('newcomer'))
})
