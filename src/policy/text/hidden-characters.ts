// What nobody sees but a machine reads: control and format characters (zero-width, bidirectional
// controls, tags U+E0000…), fillers that look like nothing, variation selectors (they can carry
// data), private use. The Arabic number signs are format characters that show: they stay.
const hidden =
  /(?![\n\t\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])[\p{Cf}\p{Cc}\p{Co}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffc]/gu

const lineEnds = /\r\n?|[\v\f\u0085\u2028\u2029]/g

/** Whether there is a character in it that does not show. Line feeds and tabs are none. */
export function hasHiddenCharacters(text: string): boolean {
  return text.replace(hidden, '').length !== text.length
}

export function removeHiddenCharacters(text: string): string {
  return text.replace(hidden, '')
}

/** Well-formed, without what does not show, lines ended by a line feed, in Unicode's form NFC. */
export function normaliseText(text: string): string {
  return removeHiddenCharacters(text.toWellFormed().replace(lineEnds, '\n')).normalize('NFC')
}
