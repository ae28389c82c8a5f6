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

/**
 * SIGKILL to all of them there and then, for a process that is about to exit: no grace, nothing to
 * wait for. What forks meanwhile is found in the next round, as far as it carries the token.
 */
export function killProcesses(targets: readonly AgentProcesses[]): void {
  for (const { group } of targets) {
    if (group !== null) send(-group, 'SIGKILL')
  }
  if (process.platform !== 'linux') return
  for (let round = 0; round < 5; round += 1) {
    const found = listProcesses().filter((pid) => targets.some((target) => belongs(pid, target)))
    if (found.length === 0) return
    for (const pid of found) send(pid, 'SIGKILL')
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
async function processesOf(target: AgentProcesses): Promise<number[]> {
  const found: number[] = []
  for (const [index, pid] of listProcesses().entries()) {
    if (index % 64 === 63) await nextTurn()
    if (belongs(pid, target)) found.push(pid)
  }
  return found
}

/** The numbers of all processes but this one. */
function listProcesses(): number[] {
  const pids = readdirSync('/proc').map(Number)
  return pids.filter((pid) => Number.isInteger(pid) && pid !== process.pid)
}

function belongs(pid: number, { group, token }: AgentProcesses): boolean {
  try {
    const status = readLinuxStatus(pid)
    if (status === undefined || status.hasEnded) return false
    if (group !== null && [status.group, status.session].includes(group)) return true
    return readFileSync(`/proc/${pid}/environ`).includes(`${tokenVariable}=${token}`)
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
