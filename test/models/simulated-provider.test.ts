import { startSimulatedProvider } from '../../src/simulation/index.ts'
import { providerConformance } from './provider-conformance.ts'

providerConformance('the simulated provider', async () => {
  const provider = await startSimulatedProvider({ seed: 1, latencyMs: 20 })
  const [model = ''] = provider.models
  return { ...provider, model }
})
