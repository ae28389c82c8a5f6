import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseInput, readInput } from './read-input.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maniple-input-'))
})
after(async () => rm(folder, { recursive: true }))

async function fileWith(content: string | Uint8Array, name = 'plan.json'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test('what cannot be read is said with the name and the reason', async () => {
  const cases = [
    [join(folder, 'none.json'), /none\.json": there is no such file/],
    [folder, /it is a directory; name a file/],
    [await fileWith(new Uint8Array([0xff, 0xfe, 0x00, 0x80]), 'latin'), /is not UTF-8 text/],
    [await fileWith('a\0b', 'binary'), /is a binary file/],
  ] as const
  for (const [file, message] of cases) {
    await assert.rejects(readInput(file, 1000), { code: 'input_invalid', message })
  }
})

test('no more is read than the limit', async () => {
  const file = await fileWith('x'.repeat(11))
  assert.equal((await readInput(file, 11)).text.length, 11)
  await assert.rejects(readInput(file, 10), { code: 'input_too_large', message: /10 bytes/ })
})

test('a .json file is parsed, all else is left to the splitter; a byte order mark is dropped', async () => {
  const json = await readInput(await fileWith('\ufeff{"nodes": []}'), 1000)
  assert.deepEqual(parseInput('plan.json', json), { nodes: [] })
  assert.equal(parseInput('-', { name: 'stdin', text: ' {"a": 1}' }), ' {"a": 1}')
  assert.equal(parseInput('notes.md', { name: 'notes.md', text: '{ not json' }), '{ not json')
})

test('a .json file that is no JSON is never taken for prose', () => {
  assert.equal(parseInput('p.json', { name: '"p.json"', text: '{"a": ' }), '{"a": ')
  for (const text of ['- [ ] one', '[1, 2', 'hello']) {
    assert.throws(() => parseInput('p.json', { name: '"p.json"', text }), {
      code: 'input_invalid',
      message: /^"p\.json" is not valid JSON: /,
    })
  }
})
