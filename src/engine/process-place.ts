import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Where a process lives: machine, boot and process namespace. Only within one place does a process
 * id mean anything, so only there is a missing process proof that a worker is gone.
 */
export type ProcessPlace = { readonly place: string; readonly pid: number; readonly start: string }

export function ownProcessPlace(): ProcessPlace {
  const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = readOr(() => readlinkSync('/proc/self/ns/pid'))
  return {
    place: [hostname(), boot, namespace].join(' '),
    pid: process.pid,
    start: processStart(process.pid) ?? '',
  }
}

/** True only when it is certain: no such process, or its number belongs to a later one. */
export function isProcessGone(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
  const now = processStart(pid)
  return start !== '' && now !== null && now !== start
}

/** Start time in clock ticks since boot (field 22 of /proc/PID/stat); null where there is no /proc. */
function processStart(pid: number): string | null {
  const stat = readOr(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended: what it held is nobody's any more.
  if (fields[0] === 'Z') return 'ended'
  return fields[19] ?? null
}

function readOr(read: () => string): string {
  try {
    return read()
  } catch {
    // No /proc (macOS, Windows): the host name alone tells places apart.
    return ''
  }
}
