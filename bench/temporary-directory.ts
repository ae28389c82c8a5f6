import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type TemporaryDirectory = { readonly path: string; readonly remove: () => Promise<void> }

/** A new directory that goes with the process at the latest, an interrupted one included. */
export async function temporaryDirectory(prefix: string): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  const removeNow = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  process.once('exit', removeNow)
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
      process.off('exit', removeNow)
    },
  }
}
