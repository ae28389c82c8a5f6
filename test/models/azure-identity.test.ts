import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TokenCredential } from '@azure/identity'
import { createModelClient } from '../../src/models/index.ts'
import { systemClock } from '../../src/shared/index.ts'
import { startSimulatedProvider } from '../../src/simulation/index.ts'

it('the Azure client sends the token of the identity, and asks for a new one when it is due', async () => {
  await using provider = await startSimulatedProvider({ seed: 1, latencyMs: 0 })
  const lifetimes = [0, 3_600_000]
  let asked = 0
  const azureCredential: TokenCredential = {
    getToken: async () => {
      asked += 1
      const lifetime = lifetimes[asked - 1] ?? 0
      return { token: provider.apiKey, expiresOnTimestamp: Date.now() + lifetime }
    },
  }
  const client = createModelClient(
    {
      provider: 'azure-foundry',
      baseUrl: provider.baseUrl,
      model: 'simulated-model',
      concurrency: 1,
      timeoutMs: 30_000,
    },
    { clock: systemClock, azureCredential },
  )
  const counts: number[] = []
  for (let index = 0; index < 4; index += 1) {
    const { signal } = new AbortController()
    const reply = await client.generate({ system: 's', prompt: 'p', signal })
    assert.equal(reply.answeredBy, 'simulated-model')
    counts.push(asked)
  }
  // The first token is due at once; the second serves the rest.
  assert.deepEqual(counts, [1, 2, 2, 2])
})
