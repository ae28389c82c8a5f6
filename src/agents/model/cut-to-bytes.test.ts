import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { cutToBytes } from './cut-to-bytes.ts'

describe('cutToBytes', () => {
  it('cuts between characters', () => {
    assert.equal(cutToBytes('aé€😀', 100), 'aé€😀')
    assert.equal(cutToBytes('aé€😀', 9), 'aé€')
    assert.equal(cutToBytes('aé€😀', 2), 'a')
    assert.equal(cutToBytes('😀', 3), '')
    assert.equal(cutToBytes('abc', 0), '')
  })

  it('gives the longest beginning that fits', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 50 })
    fc.assert(
      fc.property(text, fc.nat(120), (whole, limit) => {
        const cut = cutToBytes(whole, limit)
        assert.ok(whole.startsWith(cut) && Buffer.byteLength(cut) <= limit && cut.isWellFormed())
        const next = Array.from(whole.slice(cut.length))[0]
        if (next !== undefined) assert.ok(Buffer.byteLength(cut + next) > limit)
      }),
    )
  })
})
