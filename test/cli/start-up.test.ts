import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openCommandLine } from './command-line.ts'

test('what was compiled is kept for the next start, in the home folder, where there is one', async () => {
  await using line = await openCommandLine()
  const home = join(line.dataDir, 'home')
  const kept = join(home, '.cache', 'maniple', 'compiled')
  for (const _start of ['first', 'second']) {
    const { code, stderr } = await line.run(['--version'], { env: { HOME: home } })
    assert.deepEqual([code, stderr], [0, ''])
    assert.ok((await readdir(kept, { recursive: true })).length > 10)
  }
  const file = join(line.dataDir, 'file')
  await writeFile(file, '')
  const { code, stderr } = await line.run(['--version'], { env: { HOME: file } })
  assert.deepEqual([code, stderr], [0, ''], 'a home that is none is no reason to fail')
})
