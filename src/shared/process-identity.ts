import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import * as z from 'zod'

/**
 * A process that cannot be mistaken for a later one under the same number: neither in this boot nor
 * in another. `startedAt` is in the system's own words, to be compared and not to be read; empty
 * where the system would not say.
 */
export const ProcessIdentity = z.object({ pid: z.int().positive(), startedAt: z.string() })
export type ProcessIdentity = z.infer<typeof ProcessIdentity>

/** Where process numbers mean something: they differ between machines, boots and containers. */
export const HostIdentity = z.object({ host: z.string(), boot: z.string(), pids: z.string() })
export type HostIdentity = z.infer<typeof HostIdentity>

/** This process and, as one text, its host: only there is a missing process proof of its end. */
export type ProcessPlace = ProcessIdentity & { readonly place: string }

export type ProcessStatus = {
  /** A zombie: what it held is nobody's any more, only its number is still taken. */
  readonly hasEnded: boolean
  readonly group: number
  readonly session: number
  readonly startedAt: string
}

export function identifyHost(): HostIdentity {
  return {
    host: hostname(),
    boot: bootId(),
    pids: readOr(() => readlinkSync('/proc/self/ns/pid')),
  }
}

export function ownProcessPlace(): ProcessPlace {
  const { host, boot, pids } = identifyHost()
  const startedAt = identifyProcess(process.pid)?.startedAt ?? ''
  return { place: [host, boot, pids].join(' '), pid: process.pid, startedAt }
}

/** Null when there is no such process, only its corpse, or nothing here that could tell. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const status = readStatus(pid)
  return status === undefined || status.hasEnded ? null : { pid, startedAt: status.startedAt }
}

/** Whether this very process can be seen to run. `null` stands for one that was never started. */
export function isAlive(identity: ProcessIdentity | null): boolean {
  return identity !== null && identifyProcess(identity.pid)?.startedAt === identity.startedAt
}

/**
 * True only when it is certain: no such process, or its number belongs to a later one. Not the
 * opposite of `isAlive`: of a process that cannot be looked at, both are false.
 */
export function isGone({ pid, startedAt }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return hasCode(error, ['ESRCH'])
  }
  if (startedAt === '') return false
  try {
    const status = readStatus(pid)
    return status !== undefined && (status.hasEnded || status.startedAt !== startedAt)
  } catch {
    // What cannot be looked at proves nothing.
    return false
  }
}

/** From /proc/PID/stat, see proc(5). Undefined without such a process (or without /proc). */
export function readLinuxStatus(pid: number): ProcessStatus | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in brackets, may itself hold brackets and spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state = '', , group, session] = fields
    const startedAt = fields[19] ?? ''
    return {
      hasEnded: /[ZX]/.test(state),
      group: Number(group),
      session: Number(session),
      startedAt,
    }
  } catch (error) {
    if (hasCode(error, ['ENOENT', 'ESRCH'])) return undefined
    throw error
  }
}

type Seen = Pick<ProcessStatus, 'hasEnded' | 'startedAt'>

function readStatus(pid: number): Seen | undefined {
  if (process.platform !== 'linux') return askStatus(pid)
  const status = readLinuxStatus(pid)
  if (status === undefined) return undefined
  // /proc counts clock ticks from the boot: after another boot the same count is another process.
  return { ...status, startedAt: `${bootId().slice(0, 8)}-${status.startedAt}` }
}

/** The way of systems without /proc. One language and time zone, so that all processes agree. */
export function askStatus(pid: number): Seen | undefined {
  const args = ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]
  const env = { LC_ALL: 'C', TZ: 'UTC0' }
  try {
    const text = execFileSync('/bin/ps', args, { encoding: 'utf8', stdio: 'pipe', env })
    const [state = '', ...start] = text.trim().split(/\s+/)
    return { hasEnded: state.startsWith('Z'), startedAt: start.join(' ') }
  } catch (error) {
    // ps ends with 1 when there is no such process; Windows has no ps.
    const hasNone = error instanceof Error && 'status' in error && error.status === 1
    if (hasNone || hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}

function bootId(): string {
  return readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
}

function readOr(read: () => string): string {
  try {
    return read()
  } catch {
    // No /proc (macOS, Windows): the host name alone tells places apart.
    return ''
  }
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
