import { AppError } from '../shared/index.ts'

/**
 * More than any request has use for: 10,000 workloads of six fields are 60,000 values. Zod gathers
 * every problem before it answers, which takes seconds for arguments that are wrong a million times.
 */
const mostValues = 100_000

// PostgreSQL stores neither NUL nor half a character, in text or in jsonb.
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000')

/** Throws `request_invalid` for arguments that would hurt whoever takes them up. Never recursive. */
export function refuseHostile(given: unknown): void {
  const open: unknown[] = [given]
  let seen = 0
  for (let value = open.pop(); seen < mostValues; value = open.pop()) {
    seen += 1
    if (typeof value === 'string' && !isStorable(value)) {
      const message = `${JSON.stringify(value.slice(0, 60))} holds a NUL or half a character (a lone surrogate); remove it`
      throw new AppError('request_invalid', message)
    }
    if (typeof value === 'object' && value !== null)
      for (const child of Object.values(value)) open.push(child)
    if (open.length === 0) return
  }
  const message = `The arguments hold more than ${mostValues} values; split them into several calls`
  throw new AppError('request_invalid', message)
}
