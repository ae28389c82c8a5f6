import type { Started } from '../cli/command-line.ts'
import { type EmbeddedServer, isRunning } from '../support/embedded-server.ts'

export const victims = ['server', 'worker 1', 'worker 2', 'postgres', 'keeper'] as const
export type Victim = (typeof victims)[number]

export type Cast = {
  /** Kills it with SIGKILL and starts it again where nobody else does; false when it was not there. */
  readonly kill: (victim: Victim) => boolean
  /** What ended by itself; only a kill may end a process here. */
  readonly faults: readonly string[]
  readonly stop: () => Promise<void>
}

/** Server and workers as processes of their own; Postgres and its keeper come back by themselves. */
export function gatherCast(
  server: EmbeddedServer,
  start: (args: readonly string[]) => Started,
  port: number,
): Cast {
  const faults: string[] = []
  const startOf = (victim: Victim): Started => {
    const started = start(victim === 'server' ? ['serve', '--port', String(port)] : ['work'])
    void started.ended.then(({ code, stderr }) => {
      if (code !== null && code !== 0) faults.push(`${victim} ended with ${code}: ${stderr}`)
    })
    return started
  }
  const running = new Map<Victim, Started>()
  for (const victim of ['server', 'worker 1', 'worker 2'] as const)
    running.set(victim, startOf(victim))
  const pidOf = (victim: Victim): number | undefined => {
    if (victim === 'keeper') return server.processes()?.keeperPid
    if (victim === 'postgres') return server.processes()?.postmasterPid
    return running.get(victim)?.child.pid
  }
  return {
    faults,
    kill: (victim) => {
      const pid = pidOf(victim)
      if (pid === undefined || !isRunning(pid)) return false
      process.kill(pid, 'SIGKILL')
      if (running.has(victim)) running.set(victim, startOf(victim))
      return true
    },
    stop: async () => {
      for (const { child } of running.values()) child.kill('SIGTERM')
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}
