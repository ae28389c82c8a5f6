import * as z from 'zod'
import { defineTool } from '../define-tool.ts'
import { RunAnswer, runAnswer } from '../run-answer.ts'
import { RunId } from '../run-id.ts'

export const cancelTool = defineTool({
  name: 'maniple_cancel',
  description: 'Cancels what has not ended of a run. Results so far stay.',
  role: 'operator',
  annotations: { destructiveHint: true, idempotentHint: true },
  input: z.strictObject({ run_id: RunId }),
  output: RunAnswer.pick({
    runId: true,
    state: true,
    ended: true,
    total: true,
    commentary: true,
    simulated: true,
  }),
  call: async ({ run_id: runId }, context) => {
    await context.runs.cancel(runId, context.caller)
    return await runAnswer(runId, 0, context)
  },
})
