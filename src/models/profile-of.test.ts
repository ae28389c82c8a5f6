import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ModelProfile } from '../contracts/index.ts'
import type { ModelSettings } from './contract.ts'
import { priceEntries } from './price-entries.ts'
import { findPrice, priceTableVersion } from './price-table.ts'
import { profileOf } from './profile-of.ts'

const settings = {
  provider: 'openai-compatible',
  baseUrl: 'https://api.openai.com/v1',
  concurrency: 7,
  timeoutMs: 1000,
} as const

describe('findPrice', () => {
  it('knows a model by its name, with or without a date', () => {
    const source = `price table ${priceTableVersion}`
    const price = { inputUsdPerMillion: 2.5, outputUsdPerMillion: 15, source }
    assert.deepEqual(findPrice('openai-compatible', 'gpt-5.4'), price)
    assert.deepEqual(findPrice('openai-compatible', 'GPT-5.4-2026-03-05'), price)
    assert.equal(findPrice('anthropic', 'claude-opus-4-5-20251101')?.outputUsdPerMillion, 25)
  })

  it('does not take one model for another', () => {
    for (const model of ['gpt-5.4-pro', 'gpt-5.45', 'my-gpt-5.4', 'gpt', '']) {
      assert.equal(findPrice('openai-compatible', model), null, model)
    }
    assert.equal(findPrice('anthropic', 'gpt-5.4'), null)
    assert.equal(findPrice('azure-foundry', 'gpt-5.4'), null)
  })

  it('labels what is simulated', () => {
    assert.equal(findPrice('simulated', 'simulated-fast')?.source, 'simulated')
  })

  it('names every model once, with sane figures', () => {
    const names = priceEntries.map(({ provider, model }) => `${provider}/${model}`)
    assert.equal(new Set(names).size, names.length)
    for (const entry of priceEntries) {
      const { inputUsdPerMillion, outputUsdPerMillion, model } = entry
      assert.ok(inputUsdPerMillion > 0 && outputUsdPerMillion > inputUsdPerMillion, model)
      assert.equal(model, model.toLowerCase())
      assert.equal(entry.sourceUrl === null, entry.provider === 'simulated')
    }
  })
})

describe('profileOf', () => {
  it('takes the table where nothing is configured', () => {
    const profile = profileOf('main', { ...settings, model: 'gpt-5' })
    assert.deepEqual(ModelProfile.parse(profile), profile)
    assert.equal(profile.contextTokens, 272_000)
    assert.equal(profile.price?.inputUsdPerMillion, 1.25)
    assert.deepEqual(profile.lane, {
      name: 'model:main',
      concurrency: 7,
      requestsPerMinute: null,
      tokensPerMinute: null,
    })
  })

  it('lets configuration go first, and knows when nobody knows', () => {
    const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 2 }
    const own = { ...settings, model: 'gpt-5', price, contextTokens: 9, requestsPerMinute: 60 }
    const profile = profileOf('main', own)
    assert.deepEqual(profile.price, { ...price, source: 'configuration' })
    assert.deepEqual([profile.contextTokens, profile.lane.requestsPerMinute], [9, 60])
    const unknown = profileOf('main', { ...settings, model: 'llama' })
    assert.deepEqual([unknown.price, unknown.contextTokens], [null, null])
  })

  it('labels a simulated model', () => {
    const simulated: ModelSettings = { ...settings, provider: 'simulated' }
    const { simulated: label, model, price } = profileOf('s', simulated)
    assert.deepEqual([label, model, price?.source], [true, 'simulated-model', 'simulated'])
  })
})
