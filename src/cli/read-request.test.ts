import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AnalysisRequest, OrchestrationRequest } from '../contracts/index.ts'
import { readRequest } from './read-request.ts'

const example = (name: string): string =>
  new URL(`../../examples/${name}`, import.meta.url).pathname

test('the examples are what they are meant to be', async () => {
  const orchestration = await readRequest(
    example('orchestrate.json'),
    OrchestrationRequest,
    1_000_000,
  )
  assert.deepEqual(
    orchestration.workloads.map(({ type, complexity, priority }) => [type, complexity, priority]),
    [
      ['code_generation', 'medium', 'high'],
      ['documentation', 'low', 'medium'],
      ['code_review', 'high', 'high'],
    ],
  )
  const analysis = await readRequest(example('analyze.json'), AnalysisRequest, 1_000_000)
  assert.equal(analysis.workloads, undefined)
  assert.equal(analysis.includePilotStatus, true)
})

test('what is wrong is named with file and place', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'maniple-request-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'request.json')
  const workload = { content: 'x' }
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /request\.json" is empty/],
    ['{"repository":', /request\.json" is not valid JSON: /],
    ['[]', /expected object, received array/],
    ['['.repeat(100_000) + ']'.repeat(100_000), /expected object, received array/],
    ['{"repository":"a/b"}', /request\.json": workloads: /],
    ['{"repository":"a/b","workloads":[]}', /workloads: Too small/],
    ['{"repository":"../etc","workloads":[{"content":"x"}]}', /repository: .*OWNER\/REPO/],
    ['{"repository":"a/b","workloads":[{"content":"x","kind":1}]}', /workloads\.0: .*"kind"/],
    ['{"repository":"a/b","workloads":[{"content":"a\\u0000"}]}', /workloads\.0\.content holds a/],
    [
      JSON.stringify({ repository: 1, context: 1, workloads: Array(9).fill({ content: 1 }) }),
      /repository: .*; context: .*; workloads\.0\.content: .* \(and 6 more\)$/,
    ],
    [
      JSON.stringify({ repository: 'a/b', workloads: Array(10_001).fill(workload) }),
      /workloads: Too big: .*10000/,
    ],
  ]
  for (const [text, message] of cases) {
    await writeFile(file, text)
    const reading = readRequest(file, OrchestrationRequest, 5_000_000)
    await assert.rejects(reading, { code: 'input_invalid', message }, text.slice(0, 60))
  }
  await writeFile(file, `\uFEFF${JSON.stringify({ repository: 'a/b', workloads: [workload] })}`)
  const read = await readRequest(file, OrchestrationRequest, 5_000_000)
  assert.equal(read.repository, 'a/b')
})
