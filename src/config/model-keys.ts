import type { Config } from './config-schema.ts'
import type { Environment } from './environment.ts'
import type { ModelConfig } from './model-config.ts'

/** Fetches the keys that `apiKeyEnv` names. */
export function withModelKeys(config: Config, env: Environment): Config {
  const models: Record<string, ModelConfig> = {}
  for (const [name, model] of Object.entries(config.models)) models[name] = withKey(model, env)
  return { ...config, models }
}

function withKey(model: ModelConfig, env: Environment): ModelConfig {
  if (model.provider === 'simulated') return model
  const { apiKeyEnv: _, ...rest } = model
  const apiKey = keyOf(model, env)
  return apiKey === undefined ? rest : { ...rest, apiKey }
}

export function keyOf(
  { apiKey, apiKeyEnv }: Exclude<ModelConfig, { provider: 'simulated' }>,
  env: Environment,
): string | undefined {
  return apiKey ?? (apiKeyEnv === undefined ? undefined : env[apiKeyEnv])
}
