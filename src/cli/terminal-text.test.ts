import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { displayWidth, fit, fitColumn, safeText, wrap } from './terminal-text.ts'

const esc = '\u001b'

test('text from outside can neither move the cursor nor set a title nor hide', () => {
  assert.equal(safeText(`a${esc}[2J${esc}[31mb`), 'ab')
  assert.equal(safeText(`x${esc}]0;owned\u0007y`), 'xy')
  assert.equal(safeText('c1\u009b31mred'), 'c1red')
  assert.equal(safeText('one\r\ntwo\tthree\u0000\u0007'), 'one two three')
  assert.equal(safeText('pay\u202egnp.exe\u2066'), 'paygnp.exe')
  assert.equal(safeText('half \ud83d here'), 'half \ufffd here')
})

test('emoji that are several characters joined stay one', () => {
  assert.equal(safeText('👩‍👩‍👧 family'), '👩‍👩‍👧 family')
  assert.equal(displayWidth('👩‍👩‍👧'), 2)
})

test('widths are counted in terminal columns', () => {
  assert.equal(displayWidth('plain'), 5)
  assert.equal(displayWidth('日本'), 4)
  assert.equal(displayWidth('한'), 2)
  assert.equal(displayWidth('e\u0301'), 1)
  assert.equal(displayWidth('🚀'), 2)
  assert.equal(displayWidth('❤\ufe0f'), 2)
  assert.equal(displayWidth('ｆ'), 2)
})

test('a cut never goes through a wide character', () => {
  assert.equal(fit('日本語日本語', 9), '日本語...')
  assert.equal(fit('日本語日本語', 8), '日本...')
  assert.equal(fit('日本', 3), '日')
  assert.equal(fit('short', 5), 'short')
  assert.equal(fit('anything', 0), '')
  assert.equal(fit('anything', Number.POSITIVE_INFINITY), 'anything')
  assert.equal(fitColumn('日本', 6), '日本  ')
})

test('whatever comes in, the line is one line, holds no control characters and fits', () => {
  const nasty = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(nasty, fc.integer({ min: 0, max: 40 }), (text, width) => {
      const safe = safeText(text)
      assert.doesNotMatch(safe, /\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
      assert.ok(safe.isWellFormed())
      assert.ok(displayWidth(fit(safe, width)) <= width)
      assert.equal(displayWidth(fitColumn(safe, width)), width)
    }),
  )
})

test('words are filled into lines, and a word longer than the line is cut', () => {
  assert.deepEqual(wrap('aa bb cc dd', 5), ['aa bb', 'cc dd'])
  assert.deepEqual(wrap('abcdefgh ij', 3), ['abc', 'def', 'gh', 'ij'])
  assert.deepEqual(wrap('日本', 1), ['日本'])
  assert.deepEqual(wrap('', 10), [])
})
