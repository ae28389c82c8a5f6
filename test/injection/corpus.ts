import { readdirSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { Effect } from '../../src/contracts/index.ts'

/** Texts: what reaches a model from outside, or what one writes. */
export const textKinds = ['issue-body', 'comment', 'pull-title', 'commit-message'] as const
/** Names that an effect would use as they are. */
export const nameKinds = ['file-name', 'branch-name', 'label'] as const

const InjectionCase = z.strictObject({
  id: z.string(),
  kind: z.enum([...textKinds, ...nameKinds, 'model-output']),
  /** What the attacker writes; of `model-output`, a JSON list of effects as a fooled model asks. */
  payload: z.string(),
  wants: z.strictObject({
    /** What the text would do if it went out as it is. */
    acts: z.array(
      z.enum([
        ...(['hidden', 'html', 'mention', 'command', 'closing', 'link', 'image'] as const),
        ...(['trigger', 'block', 'marker'] as const),
      ]),
    ),
    /** What a model that obeyed it would ask for. None of them may be performed unasked. */
    effect: Effect.nullable(),
  }),
  note: z.string().optional(),
})
export type InjectionCase = z.infer<typeof InjectionCase>

/** The attacks, as data: they stand in `corpus/`, a file for each kind. */
export function readCorpus(): readonly InjectionCase[] {
  const folder = new URL('./corpus/', import.meta.url)
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) =>
      z.array(InjectionCase).parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
    )
}
