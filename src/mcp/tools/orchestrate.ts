import * as z from 'zod'
import { OrchestrationRequest } from '../../contracts/index.ts'
import { awaitRun } from '../await-run.ts'
import { defineTool } from '../define-tool.ts'
import { RunAnswer, runAnswer } from '../run-answer.ts'
import { toWorkload, WorkloadArgument } from '../workload-arguments.ts'

const { repository, context, pilotEnabled } = OrchestrationRequest.shape

export const orchestrateTool = defineTool({
  name: 'github_models_orchestrate',
  description:
    'Runs workloads side by side, each on the model that suits it, as one durable run. Answers when all have ended, or after wait_seconds with the results so far; then follow it with maniple_run. Cancelling this call leaves the run at work.',
  role: 'operator',
  annotations: { readOnlyHint: false, destructiveHint: false },
  input: z.strictObject({
    repository: repository.describe('OWNER/REPO'),
    context: context.describe('What all workloads should know'),
    workloads: z.array(WorkloadArgument).min(1).max(10_000),
    pilot_enabled: pilotEnabled.describe('false: stay out of model trials'),
    wait_seconds: z.int().min(0).max(600).default(45),
    idempotency_key: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
      .optional()
      .describe('Same key and arguments: same run'),
  }),
  output: RunAnswer,
  call: async (input, toolContext) => {
    const request = {
      repository: input.repository,
      context: input.context,
      workloads: input.workloads.map(toWorkload),
      ...(input.pilot_enabled === undefined ? {} : { pilotEnabled: input.pilot_enabled }),
    }
    const { orchestration, caller } = toolContext
    const { run } = await orchestration.submit(request, caller, input.idempotency_key)
    await awaitRun(run.id, input.wait_seconds, toolContext)
    return await runAnswer(run.id, 0, toolContext)
  },
})
