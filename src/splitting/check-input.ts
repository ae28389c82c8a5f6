import type { Json } from '../shared/index.ts'
import { inputError, showPath, thousands } from './input-error.ts'
import { isList } from './is-list.ts'
import type { SplitLimits } from './outline.ts'

const maxDepth = 64

export function checkBytes(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return
  throw inputError(
    'input_too_large',
    `The input has ${thousands(bytes)} bytes, the limit is ${thousands(maxBytes)}. Split it into several runs.`,
  )
}

export function tooManyTasks(place: string, count: number, maxTasks: number): Error {
  return inputError(
    'input_too_large',
    `${place}: the input comes to ${thousands(count)} tasks, the limit is ${thousands(maxTasks)}. Split it into several runs.`,
  )
}

type Visit = { readonly value: Json; readonly depth: number; readonly place: Place }
/** Kept as a chain: writing every path out would cost more than the walk. */
type Place = { readonly key: string | number; readonly parent: Place } | null

/**
 * Walks the whole input once, without recursion, and refuses what would make later steps slow:
 * nesting beyond 64 levels, lists longer than the limit of tasks, too many bytes.
 */
export function checkValue(input: Json, limits: SplitLimits): void {
  const stack: Visit[] = [{ value: input, depth: 0, place: null }]
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { value, depth, place } = visit
    if (typeof value !== 'object' || value === null) continue
    if (depth > maxDepth) {
      throw inputError(
        'input_invalid',
        `${pathOf(place)}: the input is nested deeper than ${maxDepth} levels. Flatten it.`,
      )
    }
    checkLength(value, limits, place)
    for (const [key, child] of Object.entries(value)) {
      if (typeof child !== 'object' || child === null) continue
      const own = Array.isArray(value) ? Number(key) : key
      stack.push({ value: child, depth: depth + 1, place: { key: own, parent: place } })
    }
  }
  checkBytes(Buffer.byteLength(JSON.stringify(input)), limits.maxBytes)
}

function checkLength(value: object, limits: SplitLimits, place: Place): void {
  if (!isList(value) || value.length <= limits.maxTasks) return
  throw inputError(
    'input_too_large',
    `${pathOf(place)}: the list has ${thousands(value.length)} entries, the limit is ${thousands(limits.maxTasks)}. Split the input into several runs.`,
  )
}

function pathOf(place: Place): string {
  const path: (string | number)[] = []
  for (let at = place; at !== null; at = at.parent) path.push(at.key)
  path.reverse()
  // A deep path is shown by its beginning: that is where a person starts to look.
  return path.length > 8 ? `${showPath(path.slice(0, 8))}…` : showPath(path) || 'input'
}
