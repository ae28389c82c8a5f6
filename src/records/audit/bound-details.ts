import { type Json, type JsonObject, storableText } from '../../shared/index.ts'
import { isSecretName, redactText } from './redact-text.ts'

// An audit tells what happened, by facts and ids; texts and lists belong to the run.
const textLimit = 500
const itemLimit = 50
const depthLimit = 5
const wholeLimit = 8000

/** Cuts with a mark that says how much there was. A secret is hidden before the cut halves it. */
function boundText(text: string, secrets: readonly string[]): string {
  const safe = redactText(storableText(text.slice(0, textLimit * 8)), secrets)
  if (text.length <= textLimit * 8 && safe.length <= textLimit) return safe
  return `${safe.slice(0, textLimit).toWellFormed()}… (cut, ${text.length} characters)`
}

function boundObject(value: JsonObject, secrets: readonly string[], depth: number): JsonObject {
  const entries = Object.entries(value)
  const kept = entries.slice(0, itemLimit).map(([key, item]): [string, Json] => {
    const isFigure = item === null || typeof item === 'number' || typeof item === 'boolean'
    const safe = isSecretName(key) && !isFigure ? '(hidden)' : bound(item, secrets, depth + 1)
    return [boundText(key, secrets), safe]
  })
  if (entries.length > itemLimit) kept.push(['(cut)', `${entries.length} keys`])
  return Object.fromEntries(kept)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function bound(value: Json, secrets: readonly string[], depth: number): Json {
  if (typeof value === 'string') return boundText(value, secrets)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= depthLimit) return '(cut, nested too deep)'
  if (!isList(value)) return boundObject(value, secrets, depth)
  const kept = value.slice(0, itemLimit).map((item) => bound(item, secrets, depth + 1))
  return value.length > itemLimit ? [...kept, `(cut, ${value.length} items)`] : kept
}

/** Details that can be stored: no secrets, nothing PostgreSQL refuses, at most a few kB. */
export function boundDetails(details: JsonObject, secrets: readonly string[]): JsonObject {
  const bounded = boundObject(details, secrets, 0)
  const size = JSON.stringify(bounded).length
  if (size <= wholeLimit) return bounded
  const figures = Object.entries(bounded).filter(([, value]) => typeof value !== 'object')
  const short = Object.fromEntries(
    figures.map(([key, value]) => [key, typeof value === 'string' ? value.slice(0, 60) : value]),
  )
  return { ...short, '(cut)': `${size} characters of details` }
}
