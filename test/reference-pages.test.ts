import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { exampleConfig, referencePages } from '../scripts/reference-pages.ts'
import { loadConfig } from '../src/config/index.ts'
import { errorCatalogue } from '../src/shared/index.ts'

const root = new URL('../', import.meta.url)

for (const page of referencePages()) {
  test(`${page.path} is what the code says`, async () => {
    const found = await readFile(new URL(page.path, root), 'utf8')
    assert.equal(found, page.text, 'run node scripts/generate-docs.ts')
  })
}

test('error codes and their page match both ways', async () => {
  const page = await readFile(new URL('docs/errors.md', root), 'utf8')
  const documented = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
  assert.deepEqual(documented.sort(), Object.keys(errorCatalogue).sort())
})

test('the error catalogue is in alphabetical order', () => {
  const codes = Object.keys(errorCatalogue)
  assert.deepEqual(codes, codes.toSorted())
})

test('the example on the configuration page is a valid configuration', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'maniple-example-'))
  t.after(() => rm(cwd, { recursive: true }))
  await writeFile(join(cwd, 'maniple.config.yaml'), exampleConfig)
  const machine = { platform: 'linux', home: '/home/ada', cpus: 2 } as const
  const config = loadConfig({ env: {}, cwd, machine })
  assert.equal(config.model.provider, 'openai-compatible')
  assert.equal(config.agents.fixer?.repository, '/home/ada/src/shop')
})
