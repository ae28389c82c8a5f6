import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { ProcessIdentity } from '../../shared/index.ts'
import { errorCode } from '../connection-failure.ts'
import type { ConnectionTarget } from '../connection-target.ts'

/** What a command must know to attach. Kept after the server stops: port and secret stay the same. */
export const ServerState = z.object({
  format: z.literal(1),
  port: z.int().min(1).max(65_535),
  password: z.string().min(32),
  serverVersion: z.string(),
  /** False while the server starts, stops or is down: do not stay connected. */
  isOpen: z.boolean(),
  keeper: ProcessIdentity.nullable(),
  postmaster: ProcessIdentity.nullable(),
})
export type ServerState = z.infer<typeof ServerState>

/** Undefined when there is none, or none that can be read as ours. */
export function readState(path: string): ServerState | undefined {
  try {
    const parsed = ServerState.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : undefined
  } catch (error) {
    // A torn file can only come from outside: it is replaced as a whole, never written in place.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

export function writeState(path: string, state: ServerState): void {
  const draft = `${path}.new`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, JSON.stringify(state))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

export const serverUser = 'maniple'
export const serverDatabase = 'maniple'

export function stateTarget(state: ServerState, database = serverDatabase): ConnectionTarget {
  const { port, password } = state
  return { host: '127.0.0.1', port, user: serverUser, password, database }
}
