import { type Config, type ModelConfig, modelsOf } from '../config/index.ts'
import { createModelClient, type ModelSettings, profileOf } from '../models/index.ts'
import { type SimulatedProvider, startSimulatedProvider } from '../simulation/index.ts'
import { createFleet, type Fleet } from './gateway/gateway-parts.ts'

type OpenFleet = {
  readonly fleet: Fleet
  /** Every model is a simulated one. */
  readonly simulated: boolean
  /** No call takes longer. */
  readonly longestCallMs: number
}

/** Clients for the configured models; a simulated provider is started where one needs it. */
export async function openFleet(config: Config, closers: AsyncDisposableStack): Promise<OpenFleet> {
  const models = [...modelsOf(config)]
  const isSimulated = models.some(([, { provider }]) => provider === 'simulated')
  const simulation = isSimulated ? closers.use(await simulate(config, models)) : null
  const made = models.map(([name, model]) => {
    const settings = settingsOf(name, model, simulation?.baseUrl ?? '')
    return { profile: profileOf(name, settings), client: createModelClient(settings) }
  })
  return {
    fleet: createFleet(made, config),
    simulated: made.every(({ profile }) => profile.simulated),
    longestCallMs: Math.max(...models.map(([, { timeoutSeconds }]) => timeoutSeconds * 1000)),
  }
}

async function simulate(
  { simulation }: Config,
  models: readonly (readonly [string, ModelConfig])[],
): Promise<SimulatedProvider> {
  const { seed, latencyMs, faults } = simulation
  return await startSimulatedProvider({
    seed,
    latencyMs,
    faults,
    models: models.flatMap(([name, model]) =>
      model.provider === 'simulated'
        ? [{ name: model.model ?? name, latencyMs: model.latencyMs ?? latencyMs }]
        : [],
    ),
  })
}

function settingsOf(name: string, config: ModelConfig, simulatedUrl: string): ModelSettings {
  const { timeoutSeconds, ...given } = config
  const common = { model: given.model ?? name, timeoutMs: timeoutSeconds * 1000 }
  switch (given.provider) {
    case 'simulated': {
      const { latencyMs: _, ...rest } = given
      return { ...rest, ...common, baseUrl: simulatedUrl }
    }
    case 'anthropic':
      return { ...given, ...common, apiKey: given.apiKey ?? '' }
    case 'openai-compatible':
    case 'azure-foundry':
      return { ...given, ...common }
  }
}
