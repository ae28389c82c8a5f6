import { DatabaseSync } from 'node:sqlite'

export type KeeperLock = { readonly release: () => void }

const busy = 5

/**
 * The right to keep the server of a data directory, or undefined when another process has it.
 * It is a lock of the kernel's on an open file, so it ends with its process, however that ends:
 * no stale lock to detect, hence no race between two that remove one. Node has no flock(); an
 * exclusive transaction on an empty SQLite file is the same lock on every platform.
 */
export function takeKeeperLock(path: string): KeeperLock | undefined {
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('pragma journal_mode = memory')
    file.exec('begin exclusive')
    return { release: () => file.close() }
  } catch (error) {
    file.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return undefined
    throw error
  }
}
