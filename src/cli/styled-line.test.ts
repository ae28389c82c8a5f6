import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { styledLine } from './styled-line.ts'

test('colour adds no width, is always closed, and is absent without colour', () => {
  const spans = [['red', 'failed'], '  ', ['bold', 'a long title']] as const
  const painted = styledLine(spans, { width: 15, colour: true })
  const plain = styledLine(spans, { width: 15, colour: false })
  assert.equal(plain, 'failed  a lo...')
  assert.equal(stripVTControlCharacters(painted), plain)
  assert.ok(painted.startsWith('\u001b[31mfailed\u001b[39m'))
  assert.ok(painted.endsWith('\u001b[22m'))
})

test('nothing follows a span that was cut', () => {
  assert.equal(styledLine(['123456789', 'x'], { width: 8, colour: false }), '12345...')
  assert.equal(styledLine(['12345678', 'x'], { width: 8, colour: false }), '12345678')
})
