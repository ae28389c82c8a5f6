import { AppError, type ErrorCode } from '../shared/index.ts'
import { cutText, oneLine } from './clean-text.ts'
import { isList } from './is-list.ts'

const maxMessageLength = 1_000
const maxListLength = 700

/** One line, at most 1,000 characters, whatever the input held. */
export function inputError(code: ErrorCode, message: string, options?: ErrorOptions): AppError {
  return new AppError(code, oneLine(message, maxMessageLength), options)
}

/** An id or word of the input as a message shows it. */
export function shown(text: string): string {
  return oneLine(text, 60)
}

/** Joins as many as fit into a message, the first at least, and counts the others. */
export function listSome(
  parts: readonly string[],
  separator = ', ',
  maxLength = maxListLength,
): string {
  let length = 0
  let count = 0
  for (const part of parts) {
    length += part.length + separator.length
    if (count > 0 && length > maxLength) break
    count += 1
  }
  const listed = parts.slice(0, count).map((part) => cutText(part, maxListLength))
  const left = parts.length - count
  const rest = left === 0 ? [] : [`and ${thousands(left)} more`]
  return [...listed, ...rest].join(separator)
}

export function thousands(count: number): string {
  return count.toLocaleString('en-US')
}

/** What a value is, in words: `a number (5)`, `an empty list`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') {
    return value.trim() === '' ? 'an empty text' : `the text "${oneLine(value, 40)}"`
  }
  if (isList(value)) {
    return value.length === 0 ? 'an empty list' : `a list of ${thousands(value.length)}`
  }
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value} (${String(value)})`
}

/** `nodes[3].config.components`, with keys that are no plain words in quotes. */
export function showPath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`
    const word = String(key)
    return /^[A-Za-z_$][\w$]{0,59}$/.test(word) ? `.${word}` : `["${oneLine(word, 40)}"]`
  })
  return text.join('').replace(/^\./, '')
}
