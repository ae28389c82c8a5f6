import * as z from 'zod'
import type { AgentAssignment } from '../../state/entities.ts'
import { refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'

/** GitHub documents it in prose; its OpenAPI description of the issue endpoints leaves it out. */
export const AssignmentBody = z.object({
  target_repo: z.string().optional(),
  base_branch: z.string().optional(),
  custom_instructions: z.string().optional(),
  custom_agent: z.string().optional(),
  model: z.string().optional(),
})

export function agentAssignment(
  { world }: Call,
  wanted: z.output<typeof AssignmentBody> | null,
): AgentAssignment | null {
  if (wanted === null) return null
  const [owner = '', name = ''] = wanted.target_repo?.split('/') ?? []
  const target =
    wanted.target_repo === undefined ? null : world.state.repositories.find(owner, name)
  if (target === undefined) {
    throw refuse.invalid({ resource: 'Issue', code: 'invalid', field: 'agent_assignment' })
  }
  return {
    targetRepository: target,
    baseRef: wanted.base_branch ?? null,
    customInstructions: wanted.custom_instructions ?? null,
    customAgent: wanted.custom_agent ?? null,
    model: wanted.model ?? null,
  }
}
