import { hasHiddenCharacters } from './hidden-characters.ts'
import { applyEdits, createScan, type Edit, isWordChar, type Work } from './scan.ts'

/** The names of characters that act, or that do not show. Others are left to the renderer. */
const names: ReadonlyMap<string, string> = new Map([
  ['commat', '@'],
  ['num', '#'],
  ['sol', '/'],
  ['colon', ':'],
  ['period', '.'],
  ['hyphen', '-'],
  ['lowbar', '_'],
  ['Tab', ' '],
  ['NewLine', ' '],
  ...[
    ...['shy', 'lrm', 'rlm', 'zwj', 'zwnj', 'ZeroWidthSpace', 'NegativeThinSpace'],
    ...['NegativeVeryThinSpace', 'NegativeMediumSpace', 'NegativeThickSpace', 'NoBreak'],
    ...['InvisibleTimes', 'InvisibleComma', 'ApplyFunction', 'af', 'it', 'ic'],
  ].map((name) => [name, ''] as const),
])

const acts = /^[A-Za-z0-9@#:/.-]$/

function decodeNumber(reference: string): string | null {
  const code = /^x/i.test(reference)
    ? Number.parseInt(reference.slice(1), 16)
    : Number.parseInt(reference, 10)
  // GitHub shows the replacement character for these.
  if (!(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd'
  const char = String.fromCodePoint(code)
  if (code === 9 || code === 10 || code === 13) return ' '
  if (hasHiddenCharacters(char)) return ''
  return acts.test(char) ? char : null
}

function decode(body: string): string | null {
  const number = /^#(x[0-9a-f]{1,8}|[0-9]{1,8})$/i.exec(body)?.[1]
  return number === undefined ? (names.get(body) ?? null) : decodeNumber(number)
}

/**
 * Shows the characters behind references such as `&#64;`, where they could act (a mention, a keyword)
 * or do not show. A reader of the page sees them decoded, and so does what looks for mentions.
 */
export function decodeEntities(text: string, work: Work): string {
  const scan = createScan(text, work)
  const edits: Edit[] = []
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    const start = scan.text[at + 1] === '#' ? at + 2 : at + 1
    const end = scan.after(start, isWordChar, start + 32)
    if (text[end] !== ';') continue
    const char = decode(text.slice(at + 1, end))
    if (char !== null) edits.push({ start: at, end: end + 1, text: char })
  }
  return applyEdits(text, edits)
}
