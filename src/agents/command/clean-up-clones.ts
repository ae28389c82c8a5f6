import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Clock,
  type HostIdentity,
  identifyHost,
  isAlive,
  systemClock,
} from '../../shared/index.ts'
import { cloneFolder } from './attempt-clone.ts'
import { type CloneRecord, readRecord } from './clone-record.ts'
import { removeTree } from './remove-tree.ts'
import { stopProcesses } from './stop-processes.ts'

// A clone without a record may be one that is being made at this moment.
const recordlessMs = 60 * 60_000
// Nobody can look into another machine or container that shares the folder: only age decides.
const foreignMs = 24 * 60 * 60_000

export type CleanUpResult = {
  /** Folders removed. */
  readonly removed: number
  /** Folders that could not be removed, with why. */
  readonly problems: readonly string[]
}

/**
 * At start: ends what killed Maniple processes left running and removes their clones. The clones of
 * a Maniple process that still lives, here or elsewhere, are never touched, nor is anything in
 * `workDir` that is no clone of ours; a recycled process number is recognised by its start time.
 */
export async function cleanUpClones(
  workDir: string,
  clock: Clock = systemClock,
): Promise<CleanUpResult> {
  const now = clock.now()
  const host = identifyHost()
  const problems: string[] = []
  let removed = 0
  const names = await readdir(workDir).catch(() => [])
  for (const name of names.filter((candidate) => cloneFolder.test(candidate))) {
    const directory = join(workDir, name)
    try {
      if (await cleanUp(directory, { host, now })) removed += 1
    } catch (error) {
      problems.push(`${directory}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { removed, problems }
}

async function cleanUp(
  directory: string,
  { host, now }: { host: HostIdentity; now: number },
): Promise<boolean> {
  const found = await lstat(directory)
  if (!found.isDirectory()) return false
  const record = await readRecord(directory)
  const ageMs = now - found.mtimeMs
  if (record === null) {
    if (ageMs < recordlessMs) return false
  } else if (!sameProcesses(record.host, host)) {
    if (!rebooted(record.host, host) && ageMs < foreignMs) return false
  } else {
    if (isAlive(record.owner)) return false
    await stopProcesses({ group: liveGroup(record), token: record.token })
  }
  await removeTree(directory)
  return true
}

function liveGroup({ leader }: CloneRecord): number | null {
  return leader !== null && isAlive(leader) ? leader.pid : null
}

function sameProcesses(left: HostIdentity, right: HostIdentity): boolean {
  return left.host === right.host && left.boot === right.boot && left.pids === right.pids
}

/** The same machine after a restart: nothing that was recorded can still run. */
function rebooted(left: HostIdentity, right: HostIdentity): boolean {
  return left.host === right.host && right.boot !== '' && left.boot !== right.boot
}
