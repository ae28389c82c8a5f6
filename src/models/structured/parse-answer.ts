import type * as z from 'zod'

export type ParsedAnswer =
  | { readonly object: unknown }
  /** What is wrong, in words that a model can act on. */
  | { readonly problem: string }

/** How many faults are named to the model, and how long the list may get. */
const namedFaults = 10
const longestProblem = 1500

/** The answer as the schema wants it. Code fences and words around the JSON are forgiven. */
export async function parseAnswer(text: string, judge: z.ZodType): Promise<ParsedAnswer> {
  const value = findJson(text)
  if (value === undefined) return { problem: 'it is no JSON' }
  try {
    const judged = await judge.safeParseAsync(value)
    return judged.success ? { object: judged.data } : { problem: describe(judged.error) }
  } catch {
    // JSON that nests so deeply that it cannot be walked, or a check that threw at odd input.
    return { problem: 'it could not be checked against the schema' }
  }
}

function describe({ issues }: z.ZodError): string {
  const named = issues
    .slice(0, namedFaults)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`)
  const more = issues.length > namedFaults ? [`and ${issues.length - namedFaults} more`] : []
  return [...named, ...more].join('; ').slice(0, longestProblem)
}

function findJson(text: string): unknown {
  for (const candidate of candidates(text)) {
    try {
      const value: unknown = JSON.parse(candidate)
      if (value !== undefined) return value
    } catch {
      // Not this one.
    }
  }
  return undefined
}

/** The whole text, what stands in the first code fence, what stands between the outer braces. */
function candidates(text: string): readonly string[] {
  const whole = text.trim()
  const open = whole.indexOf('```')
  const start = open === -1 ? -1 : whole.indexOf('\n', open)
  const end = start === -1 ? -1 : whole.indexOf('```', start)
  const fenced = end === -1 ? [] : [whole.slice(start, end)]
  const first = whole.indexOf('{')
  const last = whole.lastIndexOf('}')
  return [whole, ...fenced, ...(first === -1 || last < first ? [] : [whole.slice(first, last + 1)])]
}
