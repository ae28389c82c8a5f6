import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { storableText } from './storable-text.ts'

describe('storableText', () => {
  it('drops NUL and mends half characters, and keeps the rest', () => {
    assert.equal(storableText('a\0b\ud83dc\u{1f600}\n'), 'ab\ufffdc\u{1f600}\n')
  })

  it('puts what it is told in the place of a NUL', () => {
    assert.equal(storableText('a\0b\0', '\ufffd'), 'a\ufffdb\ufffd')
  })
})
