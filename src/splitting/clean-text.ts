// Reordering marks and tag characters change what a reader sees but not what an agent reads.
const hiddenCharacters = /[\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/gu
// Every control character except line feed and tab.
const controlCharacters = /[^\P{Cc}\n\t]/gu

/**
 * Text that PostgreSQL's jsonb accepts and that reads as it acts: no NUL, no half characters, no
 * control or hidden direction characters. Line ends become `\n`.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(controlCharacters, '')
    .replaceAll(hiddenCharacters, '')
}

/** Cuts to at most `max` UTF-16 units, an ellipsis included, never through a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  const kept = text.slice(0, max - 1)
  const last = kept.charCodeAt(kept.length - 1)
  const splitsPair = last >= 0xd800 && last <= 0xdbff
  return `${(splitsPair ? kept.slice(0, -1) : kept).trimEnd()}…`
}

/** Clean text on one line, at most `max` characters long. */
export function oneLine(text: string, max: number): string {
  // Only a bounded start is looked at: the rest could never be shown.
  const start = text.length > max * 20 ? text.slice(0, max * 20) : text
  return cutText(cleanText(start).replaceAll(/\s+/g, ' ').trim(), max)
}
