import type * as z from 'zod'
import { describeValue, inputError, listSome, showPath } from './input-error.ts'
import { isList } from './is-list.ts'

/** Turns Zod's issues into one line that says for each place what was expected and what was got. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
  prefix: readonly PropertyKey[] = [],
): Error {
  const parts = issues.map((issue) => {
    const { path, value } = findPlace(input, issue.path)
    const place = showPath([...prefix, ...path]) || 'input'
    return `${place}: expected ${issue.message}, got ${describeValue(value)}`
  })
  return inputError('input_invalid', `${listSome(parts, '; ')}.`)
}

function findPlace(input: unknown, path: readonly PropertyKey[]) {
  let value: unknown = input
  for (const key of path) value = ownValue(value, key)
  // Lists of ids are judged as a whole: name the entry that is none.
  if (isList(value) && value.length > 0 && isIdList(path)) {
    const index = value.findIndex((entry) => typeof entry !== 'string' || entry.trim() === '')
    if (index >= 0) return { path: [...path, index], value: value[index] }
  }
  return { path, value }
}

function isIdList(path: readonly PropertyKey[]): boolean {
  return path.at(-1) === 'dependsOn' || path.at(-1) === 'dependencies'
}

function ownValue(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  const own: unknown = Reflect.get(value, key)
  return own
}
