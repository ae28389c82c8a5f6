import { type ConfigAlias, configAliases, laterNames } from './config-aliases.ts'
import { type FileValue, findConfigFile, readConfigFile } from './config-file.ts'
import { type ConfigKey, configKeys } from './config-keys.ts'
import type { Environment } from './environment.ts'
import { GivenValues } from './given-values.ts'
import { nearestName } from './nearest-name.ts'
import type { ProblemList } from './problem-list.ts'

export type Overrides = Readonly<Record<string, string | number | boolean | undefined>>

type Sources = {
  readonly env: Environment
  readonly cwd: string
  readonly overrides: Overrides
  readonly configPath: string | undefined
}

const keyOf = new Map(configKeys.map((key) => [key.key, key]))
const aliasOf = new Map(configAliases.map((alias) => [alias.file, alias]))
const fileNames = [...keyOf.keys(), ...aliasOf.keys()]
/** `model`, which holds keys, beside `models`, which is one. */
const sectionNames = new Set(
  [...keyOf.keys()].flatMap((key) => {
    const names = key.split('.').slice(0, -1)
    return names.map((_, index) => names.slice(0, index + 1).join('.'))
  }),
)

// What Maniple itself sets for the agent commands it starts, one of which may run Maniple.
const setByManiple = ['RUN_ID', 'TASK_ID', 'TASK_TITLE', 'ATTEMPT', 'PROMPT_FILE']
const environmentNames = [
  ...configKeys.map((key) => key.env),
  'MANIPLE_CONFIG',
  ...setByManiple.map((name) => `MANIPLE_${name}`),
]

const isSection = (path: string) => fileNames.some((name) => name.startsWith(`${path}.`))

/** Reads file, environment and command line into one set; later ones win. */
export function gatherValues(
  sources: Sources,
  problems: ProblemList,
): { values: GivenValues; file: string | undefined } {
  const values = new GivenValues(problems)
  const file = findConfigFile(sources.cwd, sources.configPath ?? sources.env.MANIPLE_CONFIG)
  if (file !== undefined) {
    for (const found of readConfigFile({ path: file, isSection, problems })) {
      addFromFile(found, values, problems)
    }
  }
  addFromEnvironment(sources.env, values, problems)
  for (const [name, value] of Object.entries(sources.overrides)) {
    if (value !== undefined) addOverride({ name, value }, values, problems)
  }
  return { values, file }
}

function addFromFile(found: FileValue, values: GivenValues, problems: ProblemList): void {
  const { path, value, source } = found
  if (laterNames.some((name) => name.test(path))) return
  const alias = aliasOf.get(path)
  const key = keyOf.get(alias?.key ?? path)
  if (key !== undefined) {
    const own = alias?.convert?.(value) ?? value
    values.add({ key, name: path, source, value: own, rank: 'file', isAlias: alias !== undefined })
  } else if (isSection(path)) {
    // Not the value: somebody may have put a secret one level too high.
    problems.add(`${path} in ${source} holds a plain value; expected a map of keys`)
  } else {
    const near = nearestName(path, [...fileNames, ...sectionNames])
    const remedy = near === undefined ? 'see docs/configuration.md' : `did you mean ${near}?`
    problems.add(`${path} in ${source} is no key of the configuration; ${remedy}`)
  }
}

function addFromEnvironment(env: Environment, values: GivenValues, problems: ProblemList): void {
  const add = (key: ConfigKey | undefined, variable: string, alias?: ConfigAlias) => {
    const text = env[variable]
    // An empty variable is how shells and Compose files say "not set".
    if (key === undefined || text === undefined || text === '') return
    const isAlias = alias !== undefined
    const name = isAlias ? variable : key.key
    const value = alias?.convert === undefined ? text : String(alias.convert(Number(text)))
    values.addText({ key, name, source: 'the environment', value, rank: 'environment', isAlias })
  }
  for (const key of configKeys) add(key, key.env)
  for (const alias of configAliases) add(keyOf.get(alias.key), alias.env, alias)
  for (const name of Object.keys(env)) {
    if (!name.startsWith('MANIPLE_') || environmentNames.includes(name)) continue
    // Only what looks like a slip: Kubernetes puts MANIPLE_SERVICE_HOST and the like into every
    // pod beside a service of that name.
    const near = nearestName(name.slice('MANIPLE_'.length), shortNames)
    if (near === undefined) continue
    problems.add(`${name} in the environment is no setting; did you mean MANIPLE_${near}?`)
  }
}

const shortNames = environmentNames
  .filter((name) => name.startsWith('MANIPLE_'))
  .map((name) => name.slice('MANIPLE_'.length))

function addOverride(
  override: { readonly name: string; readonly value: string | number | boolean },
  values: GivenValues,
  problems: ProblemList,
): void {
  const { name, value } = override
  const key = keyOf.get(name)
  if (key === undefined) {
    problems.add(`${name} on the command line is no key of the configuration`)
    return
  }
  const given = {
    key,
    name,
    source: 'the command line',
    rank: 'command line',
    isAlias: false,
  } as const
  if (typeof value === 'string') values.addText({ ...given, value })
  else values.add({ ...given, value })
}
