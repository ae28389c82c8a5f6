import type * as z from 'zod'
import { AppError } from '../shared/index.ts'
import { readInput } from './read-input.ts'

const mostProblems = 5
const longestMessage = 200

function refusal(message: string, cause?: unknown): AppError {
  return new AppError('input_invalid', message, cause === undefined ? {} : { cause })
}

function parseJson({ name, text }: { readonly name: string; readonly text: string }): unknown {
  if (text.trim() === '') throw refusal(`${name} is empty; give a JSON object`)
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error)
    throw refusal(`${name} is not valid JSON: ${why}`, error)
  }
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const shown = issues.slice(0, mostProblems).map((issue) => {
    const place = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
    return place + issue.message.slice(0, longestMessage).toWellFormed()
  })
  const more = issues.length - shown.length
  return shown.join('; ') + (more > 0 ? ` (and ${more} more)` : '')
}

/** The place of the first text that PostgreSQL cannot store; for values of known, small depth. */
function findUnstorable(value: unknown, place: string): string | undefined {
  if (typeof value === 'string') {
    return value.isWellFormed() && !value.includes('\0') ? undefined : place
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, child] of Object.entries(value)) {
    const found = findUnstorable(child, place === '' ? key : `${place}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** A JSON file, or stdin for `-`, as a request. Throws `input_invalid`, which names the place. */
export async function readRequest<T extends z.ZodType>(
  file: string,
  schema: T,
  maxBytes: number,
): Promise<z.output<T>> {
  const input = await readInput(file, maxBytes)
  const parsed = schema.safeParse(parseJson(input))
  if (!parsed.success) throw refusal(`${input.name}: ${describe(parsed.error.issues)}`)
  const place = findUnstorable(parsed.data, '')
  if (place === undefined) return parsed.data
  throw refusal(`${input.name}: ${place} holds a NUL or half a character; remove it`)
}
