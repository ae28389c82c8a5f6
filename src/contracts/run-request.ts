import * as z from 'zod'

export const LevelName = z.enum(['small', 'medium', 'large', 'massive'])
export type LevelName = z.infer<typeof LevelName>

export const RunOptions = z
  .object({
    level: z
      .union([LevelName, z.int().min(1).max(10_000)])
      .describe('Wanted width: a name or a number'),
    agent: z.string().min(1).max(100).describe('Name of a configured agent; default: model'),
    concurrency: z.int().min(1).max(10_000).describe('Slots: how many tasks of the run at once'),
    title: z.string().min(1).max(300),
  })
  .partial()
  .strict()
export type RunOptions = z.infer<typeof RunOptions>

/** The body of `POST /api/v1/runs`. `input` is judged by the splitter, which names the bad place. */
export const RunRequest = z
  .object({
    kind: z.literal('split'),
    input: z.json().describe('A workflow as JSON, or prose (Markdown) as a string'),
    options: RunOptions.optional(),
  })
  .strict()
export type RunRequest = z.infer<typeof RunRequest>
