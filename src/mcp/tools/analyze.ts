import * as z from 'zod'
import { Analysis, AnalysisRequest, PilotStatus } from '../../contracts/index.ts'
import { defineTool } from '../define-tool.ts'
import { toWorkload, WorkloadArgument } from '../workload-arguments.ts'

const { repository, context, includePilotStatus } = AnalysisRequest.shape

/** As many workloads are shown one by one; the figures above them cover all. */
const workloadsShown = 100

export const analyzeTool = defineTool({
  name: 'github_models_analyze',
  description:
    'Says, without running anything, how complex the work is, which models suit it, how many workloads to run at once, the cost and time to expect.',
  role: 'viewer',
  annotations: { readOnlyHint: true, openWorldHint: false },
  input: z.strictObject({
    repository: repository.describe('OWNER/REPO'),
    context: context.describe('The work, in words'),
    workloads: z
      .array(WorkloadArgument)
      .max(10_000)
      .optional()
      .describe('As for github_models_orchestrate; default: derived from context'),
    include_pilot_status: includePilotStatus,
  }),
  output: Analysis.pick({
    complexity: true,
    recommendedSpecialists: true,
    recommendedModels: true,
    suggestedWidth: true,
    bindingLimit: true,
    estimatedCostUsd: true,
    estimatedMs: true,
    insights: true,
    commentary: true,
    simulated: true,
  }).extend({
    workloads: z.array(
      Analysis.shape.workloads.element.pick({
        id: true,
        type: true,
        complexity: true,
        specialist: true,
        model: true,
      }),
    ),
    pilot: PilotStatus.pick({
      state: true,
      phase: true,
      participation: true,
      candidate: true,
      verdict: true,
    }).nullable(),
  }),
  call: async (input, { orchestration, caller }) => {
    const analysis = await orchestration.analyze(
      {
        repository: input.repository,
        context: input.context,
        includePilotStatus: input.include_pilot_status,
        ...(input.workloads === undefined ? {} : { workloads: input.workloads.map(toWorkload) }),
      },
      caller,
    )
    return { ...analysis, workloads: analysis.workloads.slice(0, workloadsShown) }
  },
})
