import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { shellQuote } from './shell-quote.ts'

test('a shell reads back exactly the words', () => {
  const words = fc.array(
    fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  fc.assert(
    fc.property(words, (given) => {
      const script = `for word in ${shellQuote(given)}; do printf '%s\\0' "$word"; done`
      const out = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
      assert.deepEqual(out.split('\0').slice(0, -1), given)
    }),
    { numRuns: 40 },
  )
})

test('harmless words stay bare', () => {
  assert.equal(
    shellQuote(['retry', 'abc', '--agent', "sed 's/a/b/'"]),
    `retry abc --agent 'sed '\\''s/a/b/'\\'''`,
  )
  assert.equal(shellQuote(['']), "''")
})
