import type { Config } from './config-schema.ts'
import type { ModelConfig } from './model-config.ts'

/**
 * The models by name. Without `models` it is the single one of `model`, under that model's own name.
 */
export function modelsOf(
  config: Pick<Config, 'model' | 'models'>,
): ReadonlyMap<string, ModelConfig> {
  const named = Object.entries(config.models)
  return new Map(named.length > 0 ? named : [soleModel(config)])
}

function soleModel({ model }: Pick<Config, 'model'>): [string, ModelConfig] {
  const { provider, name, concurrency, timeoutSeconds, baseUrl, apiKey } = model
  const common = { model: name, concurrency, timeoutSeconds }
  if (provider !== 'openai-compatible' || baseUrl === undefined) {
    return [plainName(name), { provider: 'simulated', ...common }]
  }
  const key = apiKey === undefined ? {} : { apiKey }
  const settings = { provider, baseUrl, structuredOutputs: true, ...common, ...key }
  return [plainName(name), settings]
}

/** As the schema wants the names of models: `meta/Llama 3` becomes `meta-llama-3`. */
function plainName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-')
  return plain.replace(/^[^a-z0-9]+/, '').slice(0, 60) || 'default'
}
