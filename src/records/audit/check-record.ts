import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { StoredRecord } from './read-records.ts'

const Entry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  event: z.string(),
  actor: z.string(),
  repository: z.string().nullable(),
  action: z.string(),
  result: z.string(),
})

export function auditHash(before: string, entry: string): string {
  return createHash('sha256').update(before).update(entry).digest('hex')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What was hashed is always JSON: the caller reports it.
    return undefined
  }
}

/** Which columns of a record say something else than its text; null when the text is no entry. */
export function differingColumns(record: StoredRecord): readonly string[] | null {
  const read = Entry.safeParse(parsed(record.entry))
  if (!read.success) return null
  const { at, ...texts } = read.data
  const differing = Object.entries(texts)
    .filter(([name, value]) => Reflect.get(record, name) !== value)
    .map(([name]) => name)
  return record.at === at.replace('Z', '000Z') ? differing : [...differing, 'at']
}
