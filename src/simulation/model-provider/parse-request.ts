import type * as z from 'zod'
import { type ErrorReply, errorReplies } from './error-reply.ts'

/** A body as `schema` has it, or the refusal that names the first place where it differs. */
export function parseRequest<T>(
  schema: z.ZodType<T>,
  json: unknown,
): { readonly body: T } | { readonly error: ErrorReply } {
  const parsed = schema.safeParse(json)
  if (parsed.success) return { body: parsed.data }
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') || 'body'
  return { error: errorReplies.malformed(place, issue?.message ?? 'invalid') }
}
