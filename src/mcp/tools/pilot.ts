import * as z from 'zod'
import type { PilotService } from '../../contracts/index.ts'
import { defineTool } from '../define-tool.ts'

const performanceWindowMinutes = 60

/** Listed without its fields, which would cost more tokens than all other schemas together. */
const Figures = z.looseObject({})

type Action = 'status' | 'metrics' | 'configuration'

async function look(pilot: PilotService, action: Action) {
  switch (action) {
    case 'status':
      return await pilot.status()
    case 'metrics':
      return await pilot.metrics()
    case 'configuration': {
      // A configuration has nothing to say about itself; the pilot that uses it has.
      const { commentary, simulated } = await pilot.status()
      return { ...pilot.configuration(), simulated, commentary }
    }
  }
}

export const pilotTool = defineTool({
  name: 'github_models_pilot',
  description:
    'The staged trial of a candidate model. status: state, phase, participation, verdict; metrics: both arms with success rates; configuration: models, phases, eligibility.',
  role: 'viewer',
  annotations: { readOnlyHint: true, openWorldHint: false },
  input: z.strictObject({
    action: z.enum(['status', 'metrics', 'configuration']),
    include_performance: z
      .boolean()
      .default(false)
      .describe('Add figures of all models, last hour'),
  }),
  output: z.object({
    pilot: Figures,
    performance: Figures.nullable(),
    commentary: z.string(),
  }),
  call: async (input, { pilot, orchestration }) => {
    const { commentary, ...figures } = await look(pilot, input.action)
    const performance = input.include_performance
      ? await orchestration.performance(performanceWindowMinutes)
      : null
    return { pilot: figures, performance, commentary }
  },
})
