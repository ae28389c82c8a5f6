import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

const Process = z.object({ pid: z.int() }).nullable()
const State = z.object({
  port: z.int(),
  password: z.string(),
  keeper: Process,
  postmaster: Process,
})

export type ServerProcesses = {
  readonly port: number
  readonly password: string
  readonly keeperPid: number | undefined
  readonly postmasterPid: number | undefined
}

export type EmbeddedServer = AsyncDisposable & {
  /** A data directory of its own, empty at first: give it to `--data-dir` or `openDatabase`. */
  readonly dataDir: string
  /** Undefined before the first start. */
  readonly processes: () => ServerProcesses | undefined
}

export function isRunning(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // A zombie has ended: whoever should have reaped it is gone or slow.
    return !/\) Z /.test(stat)
  } catch {
    return false
  }
}

/** Waits for a condition that must come true; the time-out only ends a test that has failed. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>) {
  for (let tries = 0; tries < 3_000; tries += 1) {
    if (await condition()) return
    await delay(10)
  }
  throw new Error(`30 s passed without: ${what}`)
}

function readProcesses(dataDir: string): ServerProcesses | undefined {
  try {
    const text = readFileSync(join(dataDir, 'database', 'server.json'), 'utf8')
    const { port, password, keeper, postmaster } = State.parse(JSON.parse(text))
    return { port, password, keeperPid: keeper?.pid, postmasterPid: postmaster?.pid }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * A data directory for tests of whole processes. Disposing stops keeper and server, waits until
 * they are gone and removes the directory.
 */
export function embeddedServer(parent = tmpdir()): EmbeddedServer {
  const dataDir = mkdtempSync(join(parent, 'maniple-server-'))
  return {
    dataDir,
    processes: () => readProcesses(dataDir),
    [Symbol.asyncDispose]: async () => {
      const found = readProcesses(dataDir)
      if (found?.keeperPid !== undefined && isRunning(found.keeperPid)) {
        process.kill(found.keeperPid, 'SIGTERM')
        await eventually('keeper ends', () => !isRunning(found.keeperPid))
      }
      // A server whose keeper was killed.
      const left = readProcesses(dataDir)?.postmasterPid
      if (left !== undefined && isRunning(left)) {
        process.kill(left, 'SIGINT')
        await eventually('server ends', () => !isRunning(left))
      }
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
