import { startSimulatedProvider } from '../../src/simulation/index.ts'
import { openAiConformance } from './openai-conformance.ts'

openAiConformance('the simulated provider', async () => {
  const provider = await startSimulatedProvider({ seed: 1, latencyMs: 20 })
  const [model = ''] = provider.models
  return { ...provider, model }
})
