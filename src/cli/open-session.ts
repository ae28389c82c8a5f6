import { openRepository } from '../agents/index.ts'
import { type App, createApp } from '../app.ts'
import { type Config, processEnvironment, secretsOf } from '../config/index.ts'
import { createLog, type Log } from '../telemetry/index.ts'
import type { AgentCommand } from './agent-command.ts'

/** An app, opened for one command. */
export type Session = App & { readonly log: Log }

export type SessionOptions = {
  readonly settings: Config
  /** The least important line that is written. */
  readonly logLevel: Config['log']['level']
  /** Where log lines go: stderr, or around the live view that is drawn there. */
  readonly logStream?: { readonly write: (text: string) => unknown; readonly isTTY?: boolean }
  /** Performed by this process alone, and never stored. */
  readonly command?: AgentCommand | undefined
  /** The first interrupt: gives the opening up. */
  readonly signal?: AbortSignal
}

/** Opens database, engine and agents. Throws what opening them throws, or the signal's reason. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { settings, logLevel, logStream, command, signal } = options
  const log = createLog({
    level: logLevel,
    ...(logStream === undefined ? {} : { stream: logStream }),
    secrets: secretsOf(settings),
  })
  const environment = processEnvironment()
  try {
    // Looked at before anything is started: a wrong path is the user's mistake, not a task's.
    if (command !== undefined) await openRepository(command.repository, environment, signal)
    signal?.throwIfAborted()
    const app = await createApp({
      config: settings,
      environment,
      log,
      command,
      ...(signal === undefined ? {} : { signal }),
    })
    return { ...app, log }
  } catch (error) {
    // Whatever an interrupted opening failed with, the interrupt is why.
    signal?.throwIfAborted()
    throw error
  }
}
