import { tooManyTasks } from './check-input.ts'
import { inputError, thousands } from './input-error.ts'
import type { SplitLimits } from './outline.ts'

/** The longest body of a GitHub issue is 65,536 characters, at most 262,144 bytes. */
const maxProseBytes = 262_144
const maxNesting = 40
const maxBlockLines = 2_000
// Lines that continue a list item or quote cost the parser quadratic time.
const maxContinuationLines = 200

export type Fence = {
  /** The word after the fence, lower case. */
  readonly language: string
  /** Number of the first line inside, counted from 1. */
  readonly line: number
  readonly text: string
}

// A fence may stand in a list item or quote; backticks after backticks make it code in a line.
const opening = /^([ \t>]*)(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?!.*`)|~{3,})[ \t]*([\w-]*)/
const listMarker = /^([ \t>]*)((?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$))+)(\[[xX]\])?/

/**
 * Fenced blocks of a Markdown text, read line by line in linear time: a parser of Markdown takes
 * quadratic time on some texts, so that a large workflow in a fence must not go through one.
 * Fences inside an HTML comment are hidden, hence none.
 */
export function readFences(text: string): Fence[] {
  const fences: Fence[] = []
  scanLines(text, { fence: (fence) => fences.push(fence), line: () => {}, unread: () => {} })
  return fences
}

export type CheckedProse = { readonly shown: string; readonly parsed: string }

/**
 * Refuses prose that would take a parser of Markdown long; the message names the line. Returns the
 * text twice, every position as it was: `shown` with spaces for comments, and `parsed` with spaces
 * for what stands in fences as well, so that whatever a parser gets to read was checked.
 */
export function checkProse(text: string, limits: SplitLimits): CheckedProse {
  const bytes = Buffer.byteLength(text)
  if (bytes > maxProseBytes) {
    throw inputError(
      'input_too_large',
      `The text has ${thousands(bytes)} bytes, the limit of prose is ${thousands(maxProseBytes)}. Split it, or give a workflow as JSON.`,
    )
  }
  const shape = { indents: [], items: 0, blockLines: 0, isContained: false }
  const shown: string[] = []
  const parsed: string[] = []
  scanLines(text, {
    fence: () => {},
    line: (line, number) => {
      checkLine(line, number, shape)
      shown.push(line)
      parsed.push(line)
    },
    unread: (line, isHidden) => {
      const blank = ' '.repeat(line.length)
      shape.blockLines = 0
      shown.push(isHidden ? blank : line)
      parsed.push(blank)
    },
  })
  if (shape.items > limits.maxTasks) throw tooManyTasks('lists', shape.items, limits.maxTasks)
  return { shown: shown.join('\n'), parsed: parsed.join('\n') }
}

/** What is known of a text after some of its lines. */
type Shape = {
  /** Columns at which the open lists begin. */
  readonly indents: number[]
  items: number
  blockLines: number
  /** The block began as a list item, a quote or indented text. */
  isContained: boolean
}

function checkLine(line: string, number: number, shape: Shape): void {
  const match = listMarker.exec(line)
  countBlockLine(line, shape, match !== null)
  const most = shape.isContained ? maxContinuationLines : maxBlockLines
  if (shape.blockLines > most) throw longBlock(number, most)
  const quotes = /^[ \t>]*/.exec(line)?.[0].replaceAll(/[^>]/g, '').length ?? 0
  if (match === null) {
    if (/^\S/.test(line)) shape.indents.length = 0
    if (quotes > maxNesting) throw deepNesting(number)
    return
  }
  if (match[3] === undefined) shape.items += 1
  settleIndent(shape.indents, width(match[1] ?? ''))
  const markers = match[2]?.trim().split(/\s+/).length ?? 0
  if (shape.indents.length + markers + quotes > maxNesting) throw deepNesting(number)
}

function countBlockLine(line: string, shape: Shape, isItem: boolean): void {
  if (line.trim() === '') {
    shape.blockLines = 0
    return
  }
  const begins = isItem || shape.blockLines === 0
  if (begins) shape.isContained = isItem || /^[ \t>]/.test(line)
  shape.blockLines = begins ? 1 : shape.blockLines + 1
}

type Visitor = {
  readonly fence: (fence: Fence) => void
  /** A line outside fences and comments, or the first or last of a fence. */
  readonly line: (line: string, number: number) => void
  /** A line inside a fence or comment. */
  readonly unread: (line: string, isHidden: boolean) => void
}

type Open = {
  readonly mark: string
  readonly language: string
  readonly line: number
  readonly isQuoted: boolean
  readonly content: string[]
}

function scanLines(text: string, visitor: Visitor): void {
  let open: Open | null = null
  let hidden = false
  for (const [index, line] of text.split('\n').entries()) {
    if (open !== null && !endsQuote(line, open)) {
      open = readInside(line, open, visitor)
      if (open === null) visitor.line(line, index + 1)
      continue
    }
    if (open !== null) giveFence(open, visitor)
    open = null
    const wasHidden = hidden
    hidden = isHiddenAfter(line, hidden)
    if (wasHidden || hidden) {
      visitor.unread(line, true)
      continue
    }
    visitor.line(line, index + 1)
    open = openingOf(line, index + 2)
  }
  // CommonMark closes an open fence at the end of the text.
  if (open !== null) giveFence(open, visitor)
}

function openingOf(line: string, firstInside: number): Open | null {
  const match = opening.exec(line)
  if (match === null) return null
  const isQuoted = match[1]?.includes('>') ?? false
  const language = (match[3] ?? '').toLowerCase()
  return { mark: match[2] ?? '', language, line: firstInside, isQuoted, content: [] }
}

/** Null once the fence is closed by this line. */
function readInside(line: string, open: Open, visitor: Visitor): Open | null {
  if (closes(line, open.mark)) {
    giveFence(open, visitor)
    return null
  }
  open.content.push(line)
  visitor.unread(line, false)
  return open
}

function giveFence({ language, line, content }: Open, visitor: Visitor): void {
  visitor.fence({ language, line, text: content.join('\n') })
}

/** A quote that ends takes its open fence with it. */
function endsQuote(line: string, open: Open): boolean {
  return open.isQuoted && !/^[ \t]*>/.test(line)
}

function closes(line: string, mark: string): boolean {
  const bare = line.replace(/^[ \t>]*/, '').trimEnd()
  return bare.length >= mark.length && bare === mark.charAt(0).repeat(bare.length)
}

function isHiddenAfter(line: string, hidden: boolean): boolean {
  const opened = line.lastIndexOf('<!--')
  const closed = line.lastIndexOf('-->')
  if (closed >= 0 && closed > opened) return false
  // Only a comment that begins its line can span others in Markdown.
  return opened >= 0 && line.trimStart().startsWith('<!--') ? true : hidden && closed < 0
}

function settleIndent(indents: number[], indent: number): void {
  while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop()
  indents.push(indent)
}

function width(space: string): number {
  let columns = 0
  for (const character of space) columns += character === '\t' ? 4 : 1
  return columns
}

function deepNesting(line: number): Error {
  return inputError(
    'input_invalid',
    `line ${line}: lists and quotes are nested deeper than ${maxNesting} levels. Flatten them.`,
  )
}

function longBlock(line: number, most: number): Error {
  return inputError(
    'input_too_large',
    `line ${line}: a paragraph of more than ${thousands(most)} lines. Put blank lines or a code fence around it.`,
  )
}
