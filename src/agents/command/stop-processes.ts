import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { readLinuxStatus } from '../../shared/index.ts'

/** Everything that one agent started. */
export type AgentProcesses = {
  /** Process group (and session) of the agent's shell; null when it is not known to be still its. */
  readonly group: number | null
  /** Value of `MANIPLE_ATTEMPT_TOKEN`, which every process it starts inherits. */
  readonly token: string
}

export const tokenVariable = 'MANIPLE_ATTEMPT_TOKEN'
const graceMs = 2_000
const pollMs = 50

/**
 * Ends an agent's process group: SIGTERM, then SIGKILL after two seconds. On Linux also what left
 * the group (`setsid`, a daemon) but still carries its token. That part is best effort: a process
 * that also wipes its environment gets away, as does one that we may not signal.
 */
export async function stopProcesses(target: AgentProcesses): Promise<void> {
  if (!(await signalAll(target, 'SIGTERM'))) return
  for (let waited = 0; waited < graceMs; waited += pollMs) {
    await delay(pollMs)
    if (!(await anyLeft(target))) return
  }
  // What forks while it is being killed needs another round.
  for (let round = 0; round < 5; round += 1) {
    if (!(await signalAll(target, 'SIGKILL'))) return
  }
}

async function anyLeft(target: AgentProcesses): Promise<boolean> {
  if (process.platform === 'linux') return (await processesOf(target)).length > 0
  return target.group !== null && send(-target.group, 0)
}

async function signalAll(target: AgentProcesses, signal: NodeJS.Signals): Promise<boolean> {
  if (process.platform !== 'linux') return target.group !== null && send(-target.group, signal)
  const found = await processesOf(target)
  // The whole group at once, so that none can fork between two signals.
  if (target.group !== null && found.length > 0) send(-target.group, signal)
  for (const pid of found) send(pid, signal)
  return found.length > 0
}

/** Zombies do not count: where nobody reaps them they stay for ever. */
async function processesOf({ group, token }: AgentProcesses): Promise<number[]> {
  const mark = `${tokenVariable}=${token}`
  const found: number[] = []
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  for (const [index, pid] of pids.entries()) {
    if (index % 64 === 63) await nextTurn()
    if (pid !== process.pid && belongs(pid, { group, mark })) found.push(pid)
  }
  return found
}

function belongs(pid: number, to: { group: number | null; mark: string }): boolean {
  try {
    const status = readLinuxStatus(pid)
    if (status === undefined || status.hasEnded) return false
    if (to.group !== null && [status.group, status.session].includes(to.group)) return true
    return readFileSync(`/proc/${pid}/environ`).includes(to.mark)
  } catch {
    // Gone meanwhile, or another user's: not ours to end.
    return false
  }
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    // Gone meanwhile (ESRCH), or another user's (EPERM).
    return false
  }
}
