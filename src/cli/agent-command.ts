import { AppError } from '../shared/index.ts'
import type { AgentFlags } from './flags.ts'

export type AgentCommand = {
  readonly command: string
  /** Absolute, or from the working directory. */
  readonly repository: string
  readonly check: string | undefined
  /** Names of further variables of this process that the command gets. */
  readonly passEnvironment: readonly string[]
}

/** The agent that the flags name; undefined for the configured model. Throws `usage_invalid`. */
export function agentCommand(flags: AgentFlags): AgentCommand | undefined {
  const { agent, repo, check, passEnv } = flags
  if (agent !== undefined) {
    return { command: agent, repository: repo ?? '.', check, passEnvironment: passEnv ?? [] }
  }
  const given = Object.entries({ '--repo': repo, '--check': check, '--pass-env': passEnv })
  const alone = given.find(([, value]) => value !== undefined)?.[0]
  if (alone === undefined) return undefined
  throw new AppError(
    'usage_invalid',
    `${alone} needs --agent CMD: only an agent command works on a repository`,
  )
}
