/** What PostgreSQL's text and jsonb can hold: no half characters, and for each NUL `inItsPlace`. */
export function storableText(text: string, inItsPlace = ''): string {
  return text.replaceAll('\0', inItsPlace).toWellFormed()
}
