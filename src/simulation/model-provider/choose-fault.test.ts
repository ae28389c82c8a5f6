import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '../../shared/index.ts'
import { faultChooser } from './choose-fault.ts'

const requests = Array.from({ length: 2000 }, (_, index) => `request ${index}`)

describe('faultChooser', () => {
  it('never fails a call unless told to', () => {
    const choose = faultChooser(1, {})
    assert.deepEqual(new Set(requests.map(choose)), new Set([null]))
  })

  it('keeps the rates', () => {
    const choose = faultChooser(1, { rate429: 0.1, rateTimeout: 0.3 })
    const faults = requests.map(choose)
    const share = (fault: string | null): number =>
      faults.filter((one) => one === fault).length / faults.length
    // Three standard deviations of 2,000 draws; the seed is fixed, so this never flickers.
    assert.ok(Math.abs(share('rate-limited') - 0.1) < 0.02)
    assert.ok(Math.abs(share('hang') - 0.3) < 0.031)
    assert.deepEqual(new Set(faults), new Set([null, 'hang', 'rate-limited']))
  })

  it('decides alike for equal seeds in any order of calls, and otherwise for others', () => {
    const rates = { rate500: 0.5 }
    const one = new Map(requests.map((text) => [text, faultChooser(1, rates)(text)]))
    const choose = faultChooser(1, rates)
    for (const text of requests.toReversed()) assert.equal(choose(text), one.get(text))
    assert.notDeepEqual(requests.map(faultChooser(2, rates)), [...one.values()])
  })

  it('gives a repeated request a fresh chance', () => {
    const choose = faultChooser(1, { rate500: 0.5 })
    const tries = Array.from({ length: 20 }, () => choose('the same'))
    assert.deepEqual(new Set(tries), new Set(['server-error', null]))
  })

  it('refuses rates that cannot be', () => {
    for (const rates of [{ rate429: -0.1 }, { rate500: 1.1 }, { rate429: Number.NaN }]) {
      assert.throws(() => faultChooser(1, rates), AppError)
    }
    assert.throws(() => faultChooser(1, { rate429: 0.6, rate500: 0.6 }), /add up to 1\.2/)
    assert.doesNotThrow(() => faultChooser(1, { rate429: 0.1, rate500: 0.2, rateReset: 0.7 }))
  })
})
