import assert from 'node:assert/strict'
import { it } from 'node:test'
import { addressOf } from './address-of.ts'

const settings = {
  provider: 'azure-foundry',
  model: 'my-deployment',
  concurrency: 1,
  timeoutMs: 1,
} as const

const cases = [
  [{ resource: 'My-Resource' }, 'https://my-resource.openai.azure.com/openai/v1'],
  [{ resource: 'r', apiVersion: '2024-10-21' }, 'https://r.openai.azure.com/openai'],
  [{ baseUrl: 'https://r.openai.azure.com/' }, 'https://r.openai.azure.com/openai/v1'],
  [{ baseUrl: 'https://r.services.ai.azure.com' }, 'https://r.services.ai.azure.com/openai/v1'],
  [{ baseUrl: 'https://r.openai.azure.com/openai/v1/' }, 'https://r.openai.azure.com/openai/v1'],
  [{ baseUrl: 'https://gateway.example.com/ai' }, 'https://gateway.example.com/ai'],
] as const

for (const [more, expected] of cases) {
  it(`turns ${JSON.stringify(more)} into ${expected}`, () => {
    assert.equal(addressOf({ ...settings, ...more }), expected)
  })
}
