import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import * as z from 'zod'

/** A process that cannot be mistaken for a later one under the same number. */
export const ProcessIdentity = z.object({ pid: z.int().positive(), startedAt: z.string() })
export type ProcessIdentity = z.infer<typeof ProcessIdentity>

/** Where process numbers mean something: they differ between machines, boots and containers. */
export const HostIdentity = z.object({ host: z.string(), boot: z.string(), pids: z.string() })
export type HostIdentity = z.infer<typeof HostIdentity>

export type ProcessStatus = {
  readonly state: string
  readonly group: number
  readonly session: number
  readonly startedAt: string
}

const onLinux = process.platform === 'linux'

/** Null when there is no such process, or only its corpse. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startedAt = onLinux ? readLinuxStatus(pid)?.startedAt : askStartTime(pid)
  return startedAt === undefined ? null : { pid, startedAt }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt
}

export function identifyHost(): HostIdentity {
  return {
    host: hostname(),
    boot: onLinux ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '',
    pids: onLinux ? readlinkSync('/proc/self/ns/pid') : '',
  }
}

/** From /proc/PID/stat, see proc(5). Undefined when the process is gone or a zombie. */
export function readLinuxStatus(pid: number): ProcessStatus | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // Gone, which is the answer.
    return undefined
  }
  // The command's name, in brackets, may itself hold brackets and spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = '', , group, session] = fields
  if (state === 'Z' || state === 'X') return undefined
  return { state, group: Number(group), session: Number(session), startedAt: fields[19] ?? '' }
}

function askStartTime(pid: number): string | undefined {
  try {
    const options = { encoding: 'utf8', stdio: 'pipe' } as const
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || undefined
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined
  }
}
