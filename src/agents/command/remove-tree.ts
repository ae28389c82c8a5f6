import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const

/**
 * Removes a folder and all in it, never following a symbolic link. Tools leave read-only folders
 * behind (Go's module cache): those are made writable first.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, removal)
  } catch {
    await makeWritable(path)
    await rm(path, removal)
  }
}

async function makeWritable(path: string): Promise<void> {
  const found = await lstat(path)
  if (!found.isDirectory()) return
  await chmod(path, 0o700)
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(path, entry.name))
  }
}
