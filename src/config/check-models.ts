import * as z from 'zod'
import { Config } from './config-schema.ts'
import type { Environment } from './environment.ts'
import { ModelConfig } from './model-config.ts'
import { keyOf } from './model-keys.ts'
import { modelsOf } from './model-settings.ts'
import type { ProblemList } from './problem-list.ts'

// Of a configuration of which other parts may be wrong; the schema tells of those.
const Overrides = z
  .record(
    z.string(),
    z.looseObject({ models: z.array(z.string()).catch([]) }).catch({ models: [] }),
  )
  .catch({})
const modelName = z.string().optional().catch(undefined)
const Given = z.object({
  model: z.unknown(),
  models: z.record(z.string(), z.unknown()).catch({}),
  specialists: Overrides,
  repositories: z
    .record(z.string(), z.object({ specialists: Overrides }).catch({ specialists: {} }))
    .catch({}),
  pilot: z.object({ candidate: modelName, control: modelName }).catch({
    candidate: undefined,
    control: undefined,
  }),
})
type Given = z.infer<typeof Given>

type Context = { readonly env: Environment; readonly problems: ProblemList }

/** What one model's settings demand of another, and which models are named that there are not. */
export function checkModels(tree: unknown, context: Context): void {
  const given = Given.parse(tree)
  const model = Config.shape.model.safeParse(given.model).data
  if (model !== undefined) checkKey('model.apiKey', model.apiKey, context)
  for (const [name, value] of Object.entries(given.models)) {
    const sound = ModelConfig.safeParse(value).data
    if (sound !== undefined) checkModel(name, sound, context)
  }
  const named = Object.keys(given.models)
  if (named.length > 0) checkNames(given, named, context)
  else if (model !== undefined)
    checkNames(given, [...modelsOf({ model, models: {} }).keys()], context)
}

function checkModel(name: string, model: ModelConfig, context: Context): void {
  if (model.provider === 'simulated') return
  const { problems, env } = context
  if (
    model.provider === 'azure-foundry' &&
    (model.resource === undefined) === (model.baseUrl === undefined)
  ) {
    problems.add(`models.${name} needs either resource or baseUrl`)
  }
  const { apiKeyEnv } = model
  const apiKey = keyOf(model, env)
  if (apiKeyEnv !== undefined && (apiKey === undefined || apiKey === '')) {
    problems.add(`models.${name}.apiKeyEnv names ${apiKeyEnv}, which the environment does not have`)
  } else if (model.provider === 'anthropic' && apiKey === undefined) {
    problems.add(`models.${name} needs apiKey or apiKeyEnv`)
  } else
    checkKey(
      `models.${name}.${model.apiKey === undefined ? 'apiKeyEnv' : 'apiKey'}`,
      apiKey,
      context,
    )
}

/** No HTTP header can carry another. The key is not shown. */
function checkKey(path: string, apiKey: string | undefined, { problems }: Context): void {
  if (apiKey === undefined || /^[\x21-\x7e]+$/.test(apiKey)) return
  problems.add(
    `${path} gives a key with blanks or other odd characters: check for a line break copied along`,
  )
}

function checkNames(given: Given, known: readonly string[], { problems }: Context): void {
  const { pilot, specialists, repositories } = given
  const named = [
    ['pilot.candidate', pilot.candidate],
    ['pilot.control', pilot.control],
    ...namesIn('specialists', specialists),
    ...Object.entries(repositories).flatMap(([repository, own]) =>
      namesIn(`repositories.${repository}.specialists`, own.specialists),
    ),
  ] as const
  for (const [key, model] of named) {
    if (model === undefined || known.includes(model)) continue
    const shown = JSON.stringify(model.slice(0, 80))
    problems.add(`${key} names the model ${shown}; configured: ${known.join(', ')}`)
  }
}

function namesIn(path: string, specialists: Given['specialists']) {
  return Object.entries(specialists).flatMap(([specialist, { models }]) =>
    models.map((model) => [`${path}.${specialist}.models`, model] as const),
  )
}
