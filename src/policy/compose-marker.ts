import { createHmac } from 'node:crypto'
import type { EffectMarker } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'

/** Where a marker belongs. It is signed too, so that a copy elsewhere is known for a copy. */
export type MarkerPlace = {
  readonly repository: string
  /** What carries it: the effect's type, or anything as narrow. */
  readonly purpose: string
  /** The issue or pull request it was written on; null where writing it made a new one. */
  readonly number: number | null
}

export type PlacedMarker = EffectMarker & MarkerPlace

export const markerStart = '<!-- maniple:1 '
export const markerEnd = ' -->'

/** Bytes of a key with as much in it as the signature has. */
const shortestSecret = 32

/**
 * The hidden comment by which what Maniple wrote is known again. Append it after sanitising, on a
 * line of its own: markers are read only there. Throws `config_invalid` for a short secret.
 */
export function composeMarker(marker: EffectMarker, place: MarkerPlace, secret: string): string {
  if (Buffer.byteLength(secret) < shortestSecret) {
    throw new AppError('config_invalid', 'The secret that signs markers is shorter than 32 bytes.')
  }
  const fields = writeFields({ ...marker, ...place })
  return `${markerStart}${fields} sig=${signFields(fields, secret)}${markerEnd}`
}

export function signFields(fields: string, secret: string): string {
  return createHmac('sha256', secret).update(`maniple:1 ${fields}`).digest('hex')
}

/** In one order and one spelling: what is read is accepted only when it is written the same again. */
export function writeFields(marker: PlacedMarker): string {
  const fields = [
    ['key', marker.key],
    ['run', marker.run],
    ['task', marker.task],
    ['root', marker.root],
    ['depth', String(marker.depth)],
    ['repo', marker.repository.toLowerCase()],
    ['for', marker.purpose],
    ['on', marker.number === null ? null : String(marker.number)],
  ] as const
  return fields
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${escapeValue(value)}`]))
    .join(' ')
}

/** Percent-encoded but for what can neither end a comment nor part fields. */
function escapeValue(value: string): string {
  const percent = (char: string) =>
    Buffer.from(char).toString('hex').toUpperCase().replace(/../g, '%$&')
  return value
    .toWellFormed()
    .replace(/[^A-Za-z0-9_.:/-]/gu, percent)
    .replace(/-(?=-|$)/g, '%2D')
}
