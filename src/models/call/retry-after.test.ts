import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { retryAfterMs } from './retry-after.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

describe('retryAfterMs', () => {
  const cases: readonly (readonly [Record<string, string>, number | undefined])[] = [
    [{}, undefined],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after-ms': '1500' }, 1500],
    [{ 'retry-after-ms': '12.5', 'retry-after': '9' }, 13],
    [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9000],
    [{ 'x-ms-retry-after-ms': '40', 'retry-after': '1' }, 40],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
  ]
  for (const [headers, expected] of cases) {
    it(`reads ${JSON.stringify(headers)} as ${expected}`, () => {
      assert.equal(retryAfterMs(headers, now), expected)
    })
  }

  it('knows nothing without headers', () => {
    assert.equal(retryAfterMs(undefined, now), undefined)
  })
})
