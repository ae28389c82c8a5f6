import * as z from 'zod'
import type { Json } from '../shared/index.ts'

/**
 * What a command agent's closing says about the whole. Every part is optional: other agents close
 * with other reports, or with none.
 */
const ClosingReport = z.object({
  ok: z.boolean().nullish().catch(null),
  combinedBranch: z.string().nullish().catch(null),
  conflicts: z.array(z.object({ task: z.string(), files: z.array(z.string()) })).catch([]),
  check: z
    .object({
      command: z.string().catch(''),
      ok: z.boolean(),
      exitCode: z.int().nullish().catch(null),
      output: z.string().catch(''),
    })
    .nullish()
    .catch(null),
  uncommittedEdits: z.boolean().nullish().catch(null),
  notes: z.array(z.string()).catch([]),
})
export type ClosingReport = z.infer<typeof ClosingReport>

/** The closing's report as far as it is understood; null when there is none. */
export function readClosing(report: Json | null): ClosingReport | null {
  const parsed = ClosingReport.safeParse(report)
  return parsed.success ? parsed.data : null
}

/** False when the parts do not make a sound whole: a conflict, or a check that failed. */
export function isSound(report: Json | null): boolean {
  const closing = readClosing(report)
  if (closing === null) return true
  return closing.ok !== false && closing.conflicts.length === 0 && closing.check?.ok !== false
}
