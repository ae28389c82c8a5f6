import type * as z from 'zod'
import { type ConfigKey, configKeys } from './config-keys.ts'
import type { GivenValue, GivenValues } from './given-values.ts'
import { keysAt } from './keys-at.ts'
import { ModelConfig } from './model-config.ts'
import { nearestName } from './nearest-name.ts'
import type { ProblemList } from './problem-list.ts'

/** A key that only `model.provider: openai-compatible` asks for is not there. */
export function addMissing(path: string, problems: ProblemList): void {
  const key = configKeys.find(({ key }) => key === path)
  const name = key === undefined ? path : `${key.key} (${key.env})`
  const meaning = key === undefined ? '' : `: ${key.meaning}`
  problems.add(`${name} is not given; model.provider openai-compatible needs it${meaning}`)
}

function keyAt(path: readonly PropertyKey[]): ConfigKey | undefined {
  return configKeys.find(({ key }) => key.split('.').every((name, index) => path[index] === name))
}

const providers = ModelConfig.options.map(({ shape }) => shape.provider.value)

/** Words the issues that the schema itself does not word, to follow "expected". */
export function expectation(issue: z.core.$ZodRawIssue): string {
  const path = issue.path ?? []
  const key = keyAt(path)
  if (key !== undefined && key.key.split('.').length === path.length) return key.expected
  if (issue.code === 'invalid_type') {
    return issue.expected === 'string' ? 'text' : `a value of type ${issue.expected}`
  }
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_union' && issue.discriminator === 'provider') {
    return `one of ${providers.join(', ')}`
  }
  if (issue.code === 'invalid_format' && issue.format === 'url') return 'an http or https URL'
  return issue.code === 'too_small' ? 'more than nothing' : 'another value'
}

function valueAt(given: GivenValue, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined,
    given.value,
  )
}

/** What the maps of the configuration are called, by the name before theirs. */
const nouns = new Map<PropertyKey, string>([
  ['agents', 'an agent'],
  ['budgets', 'a budget'],
  ['complexity', 'a complexity'],
  ['models', 'a model'],
  ['phases', 'a phase'],
  ['price', 'a price'],
  ['repositories', 'a repository'],
  ['specialists', 'a specialist'],
])

function nounOf(path: readonly PropertyKey[]): string {
  const named = path.toReversed().find((name) => nouns.has(name))
  return (named === undefined ? undefined : nouns.get(named)) ?? 'this'
}

type Unrecognized = Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>

function addUnknownKeys(
  { keys, path }: Unrecognized,
  { name, source, value }: Pick<GivenValue, 'name' | 'source' | 'value'>,
  problems: ProblemList,
): void {
  const known = keysAt(path, value)
  for (const unknown of keys) {
    const near = nearestName(unknown, known)
    const remedy = near === undefined ? `expected ${known.join(', ')}` : `did you mean ${near}?`
    problems.add(`${name}.${unknown} in ${source} is no key of ${nounOf(path)}; ${remedy}`)
  }
}

/** Turns one issue of the schema into one line (or one for each unknown key). */
export function addIssue(
  issue: z.core.$ZodIssue,
  values: GivenValues,
  problems: ProblemList,
): void {
  const key = keyAt(issue.path)
  const given = key === undefined ? undefined : values.get(key.key)
  if (key === undefined || given === undefined) {
    addMissing(issue.path.join('.'), problems)
    return
  }
  const inner = issue.path.slice(key.key.split('.').length)
  const name = [given.name, ...inner].join('.')
  const { source } = given
  if (issue.code === 'unrecognized_keys') {
    addUnknownKeys(issue, { name, source, value: valueAt(given, inner) }, problems)
    return
  }
  const value = valueAt(given, inner)
  const expected = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message
  if (value === undefined) problems.add(`${name} in ${source} is not given; expected ${expected}`)
  else if (issue.code === 'invalid_key') {
    problems.add(`${name} in ${source} is no name for an agent; expected ${expected}`)
  } else {
    // The provider of a model says nothing that its key must hide.
    const isProvider = inner.length === 2 && inner[1] === 'provider' && typeof value === 'string'
    const shownKey = isProvider ? { ...key, secret: false } : key
    problems.addValue({ name, key: shownKey, source, value, expected: expected ?? 'another value' })
  }
}
