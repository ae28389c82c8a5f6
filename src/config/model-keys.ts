import type { Config } from './config-schema.ts'
import type { Environment } from './environment.ts'
import type { ModelConfig } from './model-config.ts'
import { modelsOf } from './model-settings.ts'
import type { ProblemList } from './problem-list.ts'

/** Fetches the keys that `apiKeyEnv` names, and checks what one model's settings demand of another. */
export function withModelKeys(config: Config, env: Environment, problems: ProblemList): Config {
  const models: Record<string, ModelConfig> = {}
  for (const [name, model] of Object.entries(config.models)) {
    models[name] = withKey(name, model, { env, problems })
  }
  const known = [...modelsOf(config).keys()]
  const named = [
    ['pilot.candidate', config.pilot.candidate],
    ['pilot.control', config.pilot.control],
    ...Object.entries(config.specialists).flatMap(([specialist, { models: wanted = [] }]) =>
      wanted.map((model) => [`specialists.${specialist}.models`, model] as const),
    ),
  ] as const
  for (const [key, model] of named) {
    if (model !== undefined && !known.includes(model)) {
      problems.add(
        `${key} names the model ${JSON.stringify(model)}; configured: ${known.join(', ')}`,
      )
    }
  }
  return { ...config, models }
}

type Context = { readonly env: Environment; readonly problems: ProblemList }

function withKey(name: string, model: ModelConfig, { env, problems }: Context): ModelConfig {
  if (model.provider === 'simulated') return model
  if (
    model.provider === 'azure-foundry' &&
    (model.resource === undefined) === (model.baseUrl === undefined)
  ) {
    problems.add(`models.${name} needs either resource or baseUrl`)
  }
  const { apiKeyEnv, ...rest } = model
  const apiKey = model.apiKey ?? (apiKeyEnv === undefined ? undefined : env[apiKeyEnv])
  if (apiKeyEnv !== undefined && (apiKey === undefined || apiKey === '')) {
    problems.add(`models.${name}.apiKeyEnv names ${apiKeyEnv}, which the environment does not have`)
  } else if (model.provider === 'anthropic' && apiKey === undefined) {
    problems.add(`models.${name} needs apiKey or apiKeyEnv`)
  }
  return apiKey === undefined ? rest : { ...rest, apiKey }
}
