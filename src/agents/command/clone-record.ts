import { renameSync, writeFileSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { HostIdentity, ProcessIdentity } from '../../shared/index.ts'

/** Lies beside each clone, so that a later start can tell whose it is and what ran in it. */
export const CloneRecord = z.object({
  host: HostIdentity,
  /** The Maniple process that works with the clone. */
  owner: ProcessIdentity,
  /** The agent's shell, which leads its process group; null until it was started. */
  leader: ProcessIdentity.nullable(),
  token: z.string().min(12),
  runId: z.string(),
  taskId: z.string().nullable(),
  attempt: z.int(),
})
export type CloneRecord = z.infer<typeof CloneRecord>

const fileName = 'record.json'

export async function writeRecord(directory: string, record: CloneRecord): Promise<void> {
  const { path, draft, text } = draftOf(directory, record)
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, path)
}

/** Synchronous, so that no turn of the event loop lies between a start and its record. */
export function writeRecordNow(directory: string, record: CloneRecord): void {
  const { path, draft, text } = draftOf(directory, record)
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
}

/** Null when there is none, or none that can be read. */
export async function readRecord(directory: string): Promise<CloneRecord | null> {
  const text = await readFile(join(directory, fileName), 'utf8').catch(() => null)
  if (text === null) return null
  return parseRecord(text)
}

function parseRecord(text: string): CloneRecord | null {
  try {
    return CloneRecord.parse(JSON.parse(text))
  } catch {
    // Half written or not ours: the caller treats the folder as one without a record.
    return null
  }
}

function draftOf(directory: string, record: CloneRecord) {
  const path = join(directory, fileName)
  return { path, draft: `${path}.new`, text: JSON.stringify(record) }
}
