import {
  anyOf,
  applyEdits,
  createScan,
  type Edit,
  isDigit,
  isLetter,
  isWordChar,
  type Scan,
  type Work,
} from './scan.ts'

/** An issue that the effect names, and that its text may therefore close. */
export type Closes = { readonly repository: string; readonly number: number }

// GitHub's nine, and those that other forges know as well.
const keywords = [
  ...['close', 'closes', 'closed', 'closing'],
  ...['fix', 'fixes', 'fixed', 'fixing'],
  ...['resolve', 'resolves', 'resolved', 'resolving'],
  ...['implement', 'implements', 'implemented', 'implementing'],
]
const keywordStarts = anyOf('cfriCFRI')

// What may stand between keyword and number and leave it working: blanks and marks of formatting.
const isBetween = anyOf(' \t\n\u00a0:*_~[(\\<>"\'`')
const isName = anyOf('-_./', isWordChar)

/** `/approve` becomes `／approve`: bots read lines of the raw text, code included. */
function editCommand(scan: Scan, lineStart: number): Edit | null {
  const at = scan.after(lineStart, (code) => isLinePrefix(code))
  if (scan.code(at) !== 47 || !isLetter(scan.code(at + 1))) return null
  const end = scan.after(at + 1, isCommandName)
  const next = scan.code(end)
  // Paths go on with a slash, a dot or a comma.
  if (next !== 0 && !isCommandEnd(next)) return null
  return { start: at, end: at + 1, text: '\uff0f' }
}

const isCommandName = anyOf('-_', isWordChar)
const isCommandEnd = anyOf(' \t\n\u00a0:;!?*_~')
const isLinePrefix = anyOf(' \t\u00a0>*+-#.)\\_~', isDigit)

function wordAt(scan: Scan, at: number): string | null {
  if (isWordChar(scan.code(at - 1))) return null
  for (const word of keywords) {
    if (scan.says(at, word) && !isWordChar(scan.code(at + word.length))) return word
  }
  return null
}

type Reference = { readonly edit: Edit; readonly target: Closes }

// Longer than an address of an issue can be; a bound keeps names in a row linear work.
const longest = 300

/** What a keyword would close: the number sign, the hyphen of GH-1 or the scheme that must change. */
function referenceAt(scan: Scan, start: number, own: string): Reference | null {
  const end = scan.after(start, isName, start + longest)
  if (scan.code(end) === 35 && isDigit(scan.code(end + 1))) {
    const edit = { start: end, end: end + 1, text: '\uff03' }
    return { edit, target: targetOf(scan, scan.text.slice(start, end) || own, end + 1) }
  }
  if (scan.says(start, 'gh-') && isDigit(scan.code(start + 3))) {
    const edit = { start: start + 2, end: start + 3, text: '\u2011' }
    return { edit, target: targetOf(scan, own, start + 3) }
  }
  return addressAt(scan, start)
}

function addressAt(scan: Scan, start: number): Reference | null {
  if (!scan.says(start, 'https://') && !scan.says(start, 'http://')) return null
  const name = scan.text.indexOf('/', start) + 2
  const path = scan.text.slice(name, scan.after(name, isName, name + longest))
  const found = /^[^/]+\/([\w.-]+\/[\w.-]+)\/(?:issues|pull|pulls|discussions)\/(\d+)/i.exec(path)
  if (found === null) return null
  const [, repository = '', number = ''] = found
  return { edit: { start, end: name, text: '' }, target: { repository, number: Number(number) } }
}

function targetOf(scan: Scan, repository: string, at: number): Closes {
  return { repository, number: Number(scan.text.slice(at, scan.after(at, isDigit, at + 16))) }
}

export type CommandOptions = {
  readonly repository: string
  readonly closes: readonly Closes[]
}

const isSame = (one: Closes, other: Closes) =>
  one.number === other.number && one.repository.toLowerCase() === other.repository.toLowerCase()

/** Past blanks, marks, and references to such (`&nbsp;`), which a page shows as what they stand for. */
function afterSeparators(scan: Scan, from: number): number {
  let at = scan.after(from, isBetween)
  while (scan.code(at) === 38) {
    const end = scan.after(at + 1, isReferenceName, at + 33)
    if (scan.code(end) !== 59) return at
    at = scan.after(end + 1, isBetween)
  }
  return at
}

const isReferenceName = anyOf('#', isWordChar)

function editClosing(scan: Scan, at: number, options: CommandOptions): Edit | null {
  const word = wordAt(scan, at)
  if (word === null) return null
  const start = afterSeparators(scan, at + word.length)
  const found = referenceAt(scan, start, options.repository)
  if (found === null) return null
  return options.closes.some((one) => isSame(one, found.target)) ? null : found.edit
}

/** Takes the acting out of command lines and of keywords that close issues, wherever they stand. */
export function editCommands(text: string, work: Work, options: CommandOptions): string {
  const scan = createScan(text, work)
  const edits: Edit[] = []
  for (let at = 0; at < text.length; at++) {
    work.looks++
    if (at === 0 || text.charCodeAt(at - 1) === 10) {
      const edit = editCommand(scan, at)
      if (edit !== null) edits.push(edit)
    }
    if (!keywordStarts(text.charCodeAt(at))) continue
    const edit = editClosing(scan, at, options)
    if (edit !== null) edits.push(edit)
  }
  return applyEdits(
    text,
    edits.toSorted((one, other) => one.start - other.start),
  )
}
