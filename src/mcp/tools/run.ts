import * as z from 'zod'
import { awaitRun } from '../await-run.ts'
import { defineTool } from '../define-tool.ts'
import { RunAnswer, runAnswer } from '../run-answer.ts'
import { RunId } from '../run-id.ts'

export const runTool = defineTool({
  name: 'maniple_run',
  description:
    'A run now: state, results so far, what waits and why. wait_seconds waits for its end.',
  role: 'viewer',
  annotations: { readOnlyHint: true, openWorldHint: false },
  input: z.strictObject({
    run_id: RunId,
    wait_seconds: z.int().min(0).max(600).default(0),
    from: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('First result to show: next of an answer'),
  }),
  output: RunAnswer,
  call: async (input, context) => {
    await awaitRun(input.run_id, input.wait_seconds, context)
    return await runAnswer(input.run_id, input.from, context)
  },
})
