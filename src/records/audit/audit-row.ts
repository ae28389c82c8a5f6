import type { AuditEntry } from '../../contracts/index.ts'
import { newId, storableText } from '../../shared/index.ts'
import { boundDetails } from './bound-details.ts'
import { redactText } from './redact-text.ts'

/** An entry as it is written: with an id, so that writing it twice does no harm, and a time. */
export type AuditRow = AuditEntry & {
  readonly id: string
  /** ISO 8601 in UTC, by the clock of the process. */
  readonly at: string
}

export type RowOptions = {
  readonly now: number
  /** Values that must never be stored. */
  readonly secrets: readonly string[]
}

/** 100 bits: no two processes ever make the same one. */
const idLength = 20
const nameLimit = 200

/** The order of the keys is the order of the text that is hashed; a reader needs no rule for it. */
export function toAuditRow(entry: AuditEntry, { now, secrets }: RowOptions): AuditRow {
  const name = (text: string): string => {
    const safe = redactText(storableText(text.slice(0, nameLimit * 2)), secrets)
    return safe.length <= nameLimit ? safe : `${safe.slice(0, nameLimit).toWellFormed()}…`
  }
  return {
    id: newId(idLength),
    at: new Date(now).toISOString(),
    event: name(entry.event),
    actor: name(entry.actor),
    repository: entry.repository === null ? null : name(entry.repository),
    action: name(entry.action),
    result: entry.result,
    details: boundDetails(entry.details, secrets),
  }
}
