import * as z from 'zod'

const commitId = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/u)

/** What a task performed by a command gives: the output stored with it. */
export const CommandOutput = z.object({
  branch: z.string().describe('`maniple/<run>/task/<task>` in the source repository'),
  commit: commitId.describe('What the branch names; the start itself when nothing changed'),
  start: commitId.describe('What the agent began on: the base, or its dependencies merged'),
  base: commitId.describe('What the whole run began on'),
  noChanges: z.boolean(),
  filesChanged: z.int(),
  files: z.array(z.string()).describe('The first 50 files changed'),
  nestedRepositories: z
    .array(z.string())
    .describe('Repositories that the agent made in the tree: left out'),
  exitCode: z.int(),
  outputTail: z.string().describe('The end of what it printed'),
  outputTruncated: z.boolean(),
  durationMs: z.number().describe('Of the command alone'),
})
export type CommandOutput = z.infer<typeof CommandOutput>

/** Null when the output is another agent's. */
export function parseCommandOutput(output: unknown): CommandOutput | null {
  const parsed = CommandOutput.safeParse(output)
  return parsed.success ? parsed.data : null
}
