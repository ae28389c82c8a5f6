import type { Run } from '../contracts/index.ts'
import type { Span } from './styled-line.ts'
import { displayWidth, fit, safeText } from './terminal-text.ts'

/** A title is not cut to less than this; then the id gives way. */
const leastTitle = 8

/** `Title  run id` in `width` columns: a long title is cut, the id is there to be copied. */
export function runHeading({ title, id }: Pick<Run, 'title' | 'id'>, width: number): Span[] {
  const named = `  run ${safeText(id)}`
  const room = Math.max(leastTitle, width - displayWidth(named))
  return [
    ['bold', fit(safeText(title), room)],
    ['dim', named],
  ]
}
