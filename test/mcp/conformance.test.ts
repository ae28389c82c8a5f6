import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { revisions, startHttpMcp } from './started-mcp.ts'

const suite = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
)
const baseline = fileURLToPath(new URL('./conformance-baseline.yml', import.meta.url))

type Outcome = { readonly code: number; readonly output: string }

function runSuite(url: string, ...options: string[]): Promise<Outcome> {
  const argv = [suite, 'server', '--url', url, ...options]
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { maxBuffer: 100_000_000 }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` })
    })
  })
}

const passedOf = ({ output }: Outcome): number => Number(/^Total: (\d+) passed/m.exec(output)?.[1])

/** Checks that passed when the baseline was written: a suite that checks nothing passes as well. */
const leastPassed = { '2026-07-28': 100, '2025-11-25': 35 } as const

for (const revision of revisions) {
  test(`the conformance suite finds nothing beyond the baseline: ${revision}`, async (t) => {
    const { url } = await startHttpMcp(t)
    const wanted = ['--requirements', revision, '--expected-failures', baseline]
    const outcome = await runSuite(url, ...wanted)
    assert.equal(outcome.code, 0, outcome.output.slice(-6000))
    assert.ok(passedOf(outcome) >= leastPassed[revision], outcome.output.slice(-6000))
  })
}

test('an entry of the baseline that passes fails the suite, and so does a failure without one', async (t) => {
  const { url } = await startHttpMcp(t)
  const folder = await mkdtemp(join(tmpdir(), 'maniple-conformance-'))
  t.after(() => rm(folder, { recursive: true }))
  const stale = join(folder, 'stale.yml')
  await writeFile(stale, 'server:\n  - tools-list:tools-list\n')
  const [passing, failing] = await Promise.all([
    runSuite(url, '--scenario', 'tools-list', '--expected-failures', stale),
    runSuite(url, '--scenario', 'prompts-list', '--expected-failures', stale),
  ])
  assert.equal(passing.code, 1, passing.output)
  assert.equal(failing.code, 1, failing.output)
})
