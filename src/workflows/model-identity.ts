import { type Config, type ModelConfig, modelsOf } from '../config/index.ts'

/**
 * What besides the prompt decides a configured model's answers, as text: another provider's or
 * another model's cached answers must not be taken for its own, under whatever name it is configured.
 */
export function modelIdentity(
  config: Pick<Config, 'model' | 'models' | 'orchestration' | 'simulation'>,
): (name: string) => string {
  const models = modelsOf(config)
  const { maxOutputTokens } = config.orchestration
  return (name) => {
    const model = models.get(name)
    const facts = model === undefined ? null : factsOf(model, config.simulation.seed)
    return JSON.stringify([name, maxOutputTokens, facts])
  }
}

function factsOf(model: ModelConfig, seed: number): readonly (number | string | null)[] {
  const facts = [model.provider, model.model ?? null]
  switch (model.provider) {
    case 'simulated':
      return [...facts, seed]
    case 'azure-foundry':
      return [...facts, model.resource ?? null, model.apiVersion ?? null, bareUrl(model.baseUrl)]
    case 'anthropic':
    case 'openai-compatible':
      return [...facts, bareUrl(model.baseUrl)]
  }
}

/** Address without credentials, query and closing slash. */
function bareUrl(text: string | undefined): string | null {
  const url = text === undefined ? null : URL.parse(text)
  return url === null ? null : `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}
