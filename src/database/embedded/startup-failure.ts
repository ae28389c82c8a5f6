import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { AppError, type ErrorCode } from '../../shared/index.ts'

/** The last lines of a log, from byte `from` on. */
export function logTail(path: string, from: number): string {
  const file = openSync(path, 'r')
  try {
    const length = Math.min(fstatSync(file).size - from, 16_384)
    if (length <= 0) return ''
    const bytes = Buffer.alloc(length)
    readSync(file, bytes, 0, length, fstatSync(file).size - length)
    return bytes.toString('utf8')
  } finally {
    closeSync(file)
  }
}

/** A dying predecessor still holds files or memory: it passes by itself. */
export function isPassing(output: string): boolean {
  return /lock file "postmaster\.pid" (already exists|is empty)|shared memory block .* is still in use/.test(
    output,
  )
}

export function isPortTaken(output: string): boolean {
  return /could not create any TCP\/IP sockets/.test(output)
}

type Known = readonly [pattern: RegExp, code: ErrorCode, remedy: string]

const known: readonly Known[] = [
  [
    /No space left on device/,
    'disk_full',
    'the disk is full: free space or choose another --data-dir',
  ],
  [
    /Disk quota exceeded/,
    'disk_full',
    'the quota is used up: free space or choose another --data-dir',
  ],
  [
    /Read-only file system/,
    'disk_full',
    'the disk is read-only: remount it or choose another --data-dir',
  ],
  [
    /postmaster\.pid" already exists|is still in use/,
    'database_in_use',
    'another PostgreSQL still uses it: end that process, then start again',
  ],
  [
    /error while loading shared libraries|Library not loaded/,
    'database_unavailable',
    'its PostgreSQL libraries are incomplete: install Maniple again with install scripts on, or set DATABASE_URL',
  ],
  [
    /Permission denied|has (wrong ownership|invalid permissions)/,
    'database_unreachable_path',
    'PostgreSQL may not use it: give it back to its owner with mode 0700',
  ],
  [
    /could not (map anonymous|create) shared memory|could not create semaphores/,
    'database_unavailable',
    'the system has too little shared memory: free some memory, or set DATABASE_URL',
  ],
]

/** What initdb or PostgreSQL ended with, in one line that names the place and the remedy. */
export function startupFailure(cluster: string, output: string, logPath: string): AppError {
  const match = known.find(([pattern]) => pattern.test(output))
  if (match !== undefined) {
    return new AppError(match[1], `PostgreSQL cannot start in ${cluster}: ${match[2]}`)
  }
  const fatal = /(?:FATAL|PANIC|error): +(.*)/.exec(output)?.[1] ?? 'it ended at once'
  return new AppError(
    'database_unavailable',
    `PostgreSQL cannot start in ${cluster}: ${fatal} (see ${logPath})`,
    {
      isRetryable: false,
    },
  )
}
