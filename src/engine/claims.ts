import * as z from 'zod'
import type { ClaimedTask, TaskSpec } from './engine-types.ts'

/** `[task, attempt, retries, spec, choice]`, as the functions in the database give them. */
export const Claims = z
  .array(z.tuple([z.number(), z.number(), z.number(), z.custom<TaskSpec>(), z.string().nullable()]))
  .nullable()

export function toClaimed(claims: z.infer<typeof Claims>): readonly ClaimedTask[] {
  return (claims ?? []).map(([task, attempt, retries, spec, choice]) => ({
    ...spec,
    task,
    attempt,
    retries,
    choice,
  }))
}
