import { createScan, type Scan, type Work } from './scan.ts'

/** Ranges of a Markdown text in which nothing acts, in order. */
export type CodeRanges = {
  readonly ranges: readonly (readonly [start: number, end: number])[]
  /** What ends the code block that is still open at the end, or nothing. */
  readonly ending: string
}

type Line = { readonly start: number; readonly text: string }

const none: CodeRanges = { ranges: [], ending: '' }

/**
 * Finds code, but only where it cannot be anything else: blocks fenced by backticks that begin a
 * line, and pairs of single backticks in paragraphs whose every line has them in pairs. A fence of
 * any other form makes the whole text count as prose: taking prose for code is what an attacker
 * would want, the other way round costs a few odd characters.
 * It holds for texts in which every `<` that could begin a tag is escaped (a tag can swallow fences).
 */
export function findCode(text: string, work: Work): CodeRanges {
  const scan = createScan(text, work)
  const ranges: [number, number][] = []
  let fence: Fence | null = null
  let paragraph: Line[] = []
  for (const line of linesOf(text)) {
    work.looks += line.text.length
    if (fence !== null) {
      if (!closes(line.text, fence.size)) continue
      ranges.push([fence.start, line.start])
      fence = null
      continue
    }
    fence = opens(scan, line)
    if (fence === null && looksLikeFence(scan, line)) return none
    if (fence === null && !isBlankLine.test(line.text)) {
      paragraph.push(line)
      continue
    }
    addInlineCode(paragraph, ranges)
    paragraph = []
  }
  addInlineCode(paragraph, ranges)
  if (fence === null) return { ranges, ending: '' }
  ranges.push([fence.start, text.length])
  return { ranges, ending: `${text.endsWith('\n') ? '' : '\n'}${'`'.repeat(fence.size)}` }
}

type Fence = { readonly size: number; readonly start: number }

function opens(scan: Scan, { start, text }: Line): Fence | null {
  const size = scan.after(start, isBacktick) - start
  if (size < 3 || text.indexOf('`', size) >= 0) return null
  return { size, start: start + text.length }
}

// A no-break space does not make a line blank to Markdown, nor does it end a fence.
const isBlankLine = /^[ \t]*$/

const isBacktick = (code: number) => code === 96

function* linesOf(text: string): Generator<Line> {
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    yield { start, text: text.slice(start, stop) }
    start = stop + 1
  }
}

function closes(line: string, size: number): boolean {
  const start = line.indexOf('`')
  if (start < 0 || start > 3 || line.slice(0, start) !== ' '.repeat(start)) return false
  let end = line.length
  while (' \t'.includes(line.charAt(end - 1))) end--
  return end - start >= size && line.slice(start, end) === '`'.repeat(end - start)
}

/** Three fence characters in a row after nothing but indentation, quotes and list markers. */
function looksLikeFence(scan: Scan, line: Line): boolean {
  const isPrefix = (code: number) => ' \t>*+-.)0123456789\u00a0'.includes(String.fromCharCode(code))
  const at = scan.after(line.start, isPrefix) - line.start
  return line.text.startsWith('```', at) || line.text.startsWith('~~~', at)
}

function addInlineCode(paragraph: readonly Line[], ranges: [number, number][]): void {
  const before = ranges.length
  for (const { start, text } of paragraph) {
    let at = isPlain(text) ? text.indexOf('`') : -1
    let isPaired = isPlain(text)
    while (at >= 0) {
      const end = text.indexOf('`', at + 1)
      isPaired = end >= 0
      if (!isPaired) break
      ranges.push([start + at + 1, start + end])
      at = text.indexOf('`', end + 1)
    }
    if (isPaired) continue
    ranges.length = before
    return
  }
}

/** Tables cut lines at bars before code is looked for; $` begins a formula. */
function isPlain(line: string): boolean {
  return !['|', '``', '\\`', '$`', '`$'].some((sign) => line.includes(sign))
}
