import { applyEdits, type Edit } from './scan.ts'

/** Without HTML comments; one that never ends stays, for its `<` is escaped later. */
export function removeComments(text: string): string {
  const edits: Edit[] = []
  for (let at = text.indexOf('<!--'); at >= 0; ) {
    // From the second character on: `<!-->` is a whole comment.
    const end = text.indexOf('-->', at + 2)
    if (end < 0) break
    edits.push({ start: at, end: end + 3, text: '' })
    at = text.indexOf('<!--', end + 3)
  }
  return applyEdits(text, edits)
}
