/** Deep nesting buys nothing and would overflow the stack of whatever walks it recursively. */
const maxDepth = 100

const isNested = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Walks level by level, never recursively. */
function nestsTooDeep(value: unknown): boolean {
  let level = [value].filter(isNested)
  for (let depth = 0; depth < maxDepth && level.length > 0; depth += 1)
    level = level.flatMap((item) => Object.values(item).filter(isNested))
  return level.length > 0
}

// PostgreSQL stores neither, in text or in jsonb.
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000')
// In valid JSON both can only be written as escapes, so most bodies need no second walk.
const mayBeUnstorable = /\\u(?:0000|d[89a-f])/i

/** The place of the first text that cannot be stored. Recursive: for what is known to be shallow. */
function findUnstorable(value: unknown, place: string): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : place
  if (!isNested(value)) return undefined
  for (const [key, child] of Object.entries(value)) {
    const found = isStorable(key) ? findUnstorable(child, `${place}.${key}`) : `a key of ${place}`
    if (found !== undefined) return found
  }
  return undefined
}

/** What about a JSON body would hurt whoever takes it up; undefined when nothing does. */
export function findJsonProblem(text: string, value: unknown): string | undefined {
  if (nestsTooDeep(value)) return `The body nests deeper than ${maxDepth} levels; flatten it`
  const place = mayBeUnstorable.test(text) ? findUnstorable(value, 'body') : undefined
  if (place === undefined) return undefined
  return `${place.slice(0, 200)} holds a NUL or half a character (a lone surrogate); remove it`
}
