import { AppError } from '../shared/index.ts'
import type { AgentFlags } from './flags.ts'

export type AgentCommand = {
  readonly command: string
  /** Absolute, or from the working directory. */
  readonly repository: string
  readonly check: string | undefined
}

/** The agent that the flags name; undefined for the configured model. Throws `usage_invalid`. */
export function agentCommand(flags: AgentFlags): AgentCommand | undefined {
  const { agent, repo, check } = flags
  if (agent !== undefined) return { command: agent, repository: repo ?? '.', check }
  const alone = repo === undefined ? '--check' : '--repo'
  if (repo === undefined && check === undefined) return undefined
  throw new AppError(
    'usage_invalid',
    `${alone} needs --agent CMD: only an agent command works on a repository`,
  )
}
