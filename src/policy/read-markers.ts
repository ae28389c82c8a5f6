import { timingSafeEqual } from 'node:crypto'
import {
  type MarkerPlace,
  markerEnd,
  markerStart,
  type PlacedMarker,
  signFields,
  writeFields,
} from './compose-marker.ts'

export type MarkerReading = {
  /** Signed by us, unchanged, alone on their line, and there once. Where they belong is not checked. */
  readonly verified: readonly PlacedMarker[]
  /** Why others that look like markers were not accepted. At most ten reasons. */
  readonly refused: readonly string[]
}

/** The longest that is looked at: keys and ids are far shorter. */
const longest = 4000
const mostRefusals = 10

/** The markers in it that are ours. */
export function readMarkers(text: string, secret: string): readonly PlacedMarker[] {
  return inspectMarkers(text, secret).verified
}

/**
 * The markers in it, and why those that are not ours are not. Comments are read as HTML reads them,
 * so that one inside another is none.
 */
export function inspectMarkers(text: string, secret: string): MarkerReading {
  const found = new Map<string, { marker: PlacedMarker; times: number }>()
  const refused: string[] = []
  const refuse = (reason: string) => {
    if (refused.length < mostRefusals) refused.push(reason)
  }
  for (const { comment, isAlone } of commentsOf(text)) {
    if (!/^<!--\s*maniple:/i.test(comment.slice(0, 200))) continue
    const marker = isAlone ? verify(comment, secret) : 'It does not stand alone on its line.'
    if (typeof marker === 'string') {
      refuse(marker)
      continue
    }
    const known = found.get(comment)
    if (known === undefined) found.set(comment, { marker, times: 1 })
    else known.times++
  }
  const verified: PlacedMarker[] = []
  for (const { marker, times } of found.values()) {
    if (times === 1) verified.push(marker)
    else refuse(`It stands there ${times} times.`)
  }
  return { verified, refused }
}

/** Whether a marker is where it was made for, and not a copy. */
export function isAtPlace(marker: PlacedMarker, place: MarkerPlace): boolean {
  return (
    marker.repository === place.repository.toLowerCase() &&
    marker.purpose === place.purpose &&
    marker.number === place.number
  )
}

type Comment = { readonly comment: string; readonly isAlone: boolean }

function* commentsOf(text: string): Generator<Comment> {
  for (let at = text.indexOf('<!--'); at >= 0; ) {
    const end = text.indexOf('-->', at + 2)
    if (end < 0) {
      yield { comment: text.slice(at, at + longest), isAlone: true }
      return
    }
    const before = text.charAt(at - 1)
    const after = text.charAt(end + 3)
    const isAlone = (before === '' || before === '\n') && ['', '\n', '\r'].includes(after)
    yield { comment: text.slice(at, end + 3), isAlone }
    at = text.indexOf('<!--', end + 3)
  }
}

/** The marker, or what is wrong with it. */
function verify(comment: string, secret: string): PlacedMarker | string {
  if (comment.length > longest) return 'It is longer than a marker can be.'
  const end = comment.lastIndexOf(' sig=')
  if (!comment.startsWith(markerStart) || !comment.endsWith(markerEnd) || end < 0) {
    return 'It is not written as markers are, or cut off.'
  }
  const fields = comment.slice(markerStart.length, end)
  const signature = Buffer.from(comment.slice(end + 5, -markerEnd.length))
  const expected = Buffer.from(signFields(fields, secret))
  if (secret === '' || signature.length !== expected.length) return 'Its signature is not ours.'
  if (!timingSafeEqual(signature, expected)) return 'Its signature is not ours.'
  const marker = parseFields(fields)
  if (marker === null || writeFields(marker) !== fields) return 'Its fields are not in order.'
  return marker
}

function parseFields(fields: string): PlacedMarker | null {
  const values = new Map<string, string>()
  for (const field of fields.split(' ')) {
    const equals = field.indexOf('=')
    try {
      values.set(field.slice(0, equals), decodeURIComponent(field.slice(equals + 1)))
    } catch {
      return null
    }
  }
  const key = values.get('key')
  const root = values.get('root')
  const repository = values.get('repo')
  const purpose = values.get('for')
  const depth = Number(values.get('depth'))
  const on = values.get('on')
  if (key === undefined || root === undefined || repository === undefined) return null
  if (purpose === undefined || !Number.isSafeInteger(depth) || depth < 0) return null
  const number = on === undefined ? null : Number(on)
  return {
    ...{ key, run: values.get('run') ?? null, task: values.get('task') ?? null, root, depth },
    ...{ repository, purpose, number },
  }
}
