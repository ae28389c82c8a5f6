import * as z from 'zod'
import type { Json } from '../shared/index.ts'

const listed = z.array(z.object({ task: z.string() })).catch([])

/**
 * What a command agent's closing says about the whole, as far as the report shows it. Every part
 * may be missing: other agents close with other reports, or with none.
 */
const ClosingReport = z.object({
  combined: z
    .object({
      branch: z.string(),
      merged: listed,
      noChanges: listed,
      unfinished: listed,
      conflicts: z
        .array(
          z.object({
            task: z.string(),
            title: z.string().catch(''),
            files: z.array(z.string()).catch([]),
            with: z.array(z.string()).catch([]),
          }),
        )
        .catch([]),
    })
    .nullish()
    .catch(null),
  check: z
    .object({
      command: z.string().catch(''),
      passed: z.boolean(),
      exitCode: z.int().nullish().catch(null),
      outputTail: z.string().catch(''),
    })
    .nullish()
    .catch(null),
  note: z.string().nullish().catch(null),
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
  const conflicts = closing?.combined?.conflicts ?? []
  return conflicts.length === 0 && closing?.check?.passed !== false
}
