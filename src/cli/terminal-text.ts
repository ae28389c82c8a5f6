import { stripVTControlCharacters } from 'node:util'

// Format characters are dropped because some of them reorder the text around them (bidi overrides);
// the zero-width joiner stays, it holds emoji together.
const invisible = /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const wideEmoji =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}{2}/u
const zeroWidth = /^(?:\p{Mn}|\p{Me}|\u200d)+$/u // variation selectors are Mn
const printableAscii = /^[\x20-\x7e]*$/

/** East Asian Wide and Fullwidth blocks (Unicode 16, EastAsianWidth.txt), rounded to whole blocks. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
]

/**
 * Text from outside as one line that a terminal shows and does not obey: no escape sequences, no
 * control or bidi characters, no half characters.
 */
export function safeText(text: string): string {
  if (printableAscii.test(text)) return text
  return stripVTControlCharacters(text.toWellFormed())
    .replace(/\s+/gu, ' ')
    .replace(invisible, '')
    .trim()
}

function graphemeWidth(grapheme: string): number {
  if (zeroWidth.test(grapheme)) return 0
  if (wideEmoji.test(grapheme)) return 2
  const point = grapheme.codePointAt(0) ?? 0
  return wideRanges.some(([from, to]) => point >= from && point <= to) ? 2 : 1
}

/** Terminal columns that a text without control characters takes. */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment)
  return width
}

function take(text: string, width: number): string {
  if (printableAscii.test(text)) return text.slice(0, width)
  let taken = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment)
    if (used > width) break
    taken += segment
  }
  return taken
}

/** The text, cut to at most `width` columns; a cut shows as three dots where there is room. */
export function fit(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return width < 6 ? take(text, Math.max(width, 0)) : `${take(text, width - 3).trimEnd()}...`
}

/** The text, cut or filled with spaces to exactly `width` columns. */
export function fitColumn(text: string, width: number): string {
  const cut = fit(text, width)
  return cut + ' '.repeat(Math.max(width - displayWidth(cut), 0))
}

/** Words filled into lines of at most `width` columns; a longer word is cut into pieces. */
export function wrap(text: string, width: number): readonly string[] {
  const room = Math.max(width, 1)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (displayWidth(joined) <= room) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (displayWidth(line) > room) {
      // A wide character in a single column cannot be placed: it goes over rather than loop forever.
      const piece = take(line, room) || line
      lines.push(piece)
      line = line.slice(piece.length)
    }
  }
  if (line !== '') lines.push(line)
  return lines
}
