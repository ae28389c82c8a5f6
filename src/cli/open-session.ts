import type { Config } from '../config/index.ts'
import type { RunService } from '../contracts/index.ts'
import type { HttpDependencies } from '../http/index.ts'
import type { AgentCommand } from './agent-command.ts'

/** What the commands need of the app, opened for one command. */
export type Session = AsyncDisposable & {
  readonly runs: RunService
  /** The only model provider is the simulated one. */
  readonly simulated: boolean
  readonly http: Omit<HttpDependencies, 'version'>
  readonly startWorker: () => Promise<void>
}

/** Opens database, engine and agents. The agent command is bound to this process. */
export async function openSession(settings: Config, command?: AgentCommand): Promise<Session> {
  throw new Error(`waits for app.ts ${settings.dataDir} ${command?.command}`)
}
