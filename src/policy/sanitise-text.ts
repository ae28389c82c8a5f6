import { decodeEntities } from './text/decode-entities.ts'
import { type Closes, editCommands } from './text/edit-commands.ts'
import { editFences } from './text/edit-fences.ts'
import { editProse } from './text/edit-prose.ts'
import { editTriggers } from './text/edit-triggers.ts'
import { type CodeRanges, findCode } from './text/find-code.ts'
import { normaliseText } from './text/hidden-characters.ts'
import { removeComments } from './text/remove-comments.ts'
import type { Work } from './text/scan.ts'

export type SanitiseOptions = {
  /** `title` is one line of plain text, `plain` several (a commit message). */
  readonly kind: 'markdown' | 'plain' | 'title'
  /** Where the text goes; `#1` means an issue of it. */
  readonly repository: string
  /** Issues that the effect itself names, which a closing keyword may close. */
  readonly closes: readonly Closes[]
  /** Hosts that may be linked: `github.com`, `*.example.com`. */
  readonly hosts: readonly string[]
  /** Logins and teams (`owner/team`) that may be mentioned. */
  readonly mentions: readonly string[]
  /** Words that start runs and may not be said. */
  readonly triggers: readonly string[]
  /** In UTF-16 units, as GitHub counts. Leave room for the marker. */
  readonly maxLength: number
}

/**
 * The text with everything taken out of it that hides or acts: hidden characters, comments, tags,
 * mentions, commands, closing keywords, foreign links, images. Idempotent: a text that has been
 * through it comes out as it went in. Linear in its length.
 */
export function sanitiseText(text: string, options: SanitiseOptions): string {
  return sanitiseCounting(text, options).text
}

/** As `sanitiseText`, with how many characters were looked at. */
export function sanitiseCounting(
  text: string,
  options: SanitiseOptions,
): { readonly text: string; readonly looks: number } {
  const work: Work = { looks: 0 }
  const { maxLength } = options
  const start = text.slice(0, maxLength * 4)
  let kept = start.length
  let result = settle(start, options, work)
  // Escaping makes texts longer, so what is kept of the input is shortened until it fits.
  for (let round = 0; result.length > maxLength; round++) {
    const fitting = Math.floor((kept * maxLength) / result.length)
    kept = round < 6 ? Math.min(kept - 1, fitting) : 0
    result = settle(cutText(start, kept), options, work)
  }
  return { text: result, looks: work.looks }
}

/** At most `length` units, never half a character, with an ellipsis where something is missing. */
function cutText(text: string, length: number): string {
  if (text.length <= length) return text
  if (length < 1) return ''
  let end = length - 1
  // Neither between surrogates nor between a letter and its accents.
  while (end > 0 && /^[\udc00-\udfff\p{M}]/u.test(text.slice(end, end + 2))) end--
  return `${text.slice(0, end)}…`
}

/**
 * Repeats the passes until they change nothing: what one takes away can bring together what another
 * has looked for, and only a text that all of them leave alone is known to be harmless. Hostile
 * texts that keep changing lose their code blocks, and in the end all their punctuation.
 */
function settle(text: string, options: SanitiseOptions, work: Work): string {
  let current = text
  for (let round = 0; round < 8; round++) {
    const next = pass(current, options, { work, trustsCode: round < 4 })
    if (next === current && round < 4) return next
    // Found still by the strict passes, it must also be still for those that a second call begins with.
    if (next === current && pass(next, options, { work, trustsCode: true }) === next) return next
    current = next
  }
  return flatten(current, options)
}

type Passing = { readonly work: Work; readonly trustsCode: boolean }

const noCode: CodeRanges = { ranges: [], ending: '' }

function pass(text: string, options: SanitiseOptions, { work, trustsCode }: Passing): string {
  const { kind, hosts, mentions } = options
  const markdown = kind === 'markdown'
  work.looks += 2 * text.length
  let next = normaliseText(text)
  if (kind === 'title') next = next.replace(/[\n\t]/g, ' ').trim()
  // In plain text too: a marker of ours that was copied there would be read.
  next = removeComments(next)
  if (markdown) next = editFences(decodeEntities(next, work), work)
  const code = markdown && trustsCode ? findCode(next, work) : noCode
  next = editProse(next, { code, work }, { markdown, hosts, mentions })
  next = editCommands(next, work, options)
  return editTriggers(next, work, options.triggers)
}

/** All punctuation by its full-width twins, on which nothing acts. */
function flatten(text: string, options: SanitiseOptions): string {
  const flat = normaliseText(text).replace(/[!-/:-@[-`{-~]/g, (char) =>
    String.fromCharCode(char.charCodeAt(0) + 0xfee0),
  )
  const line = options.kind === 'title' ? flat.replace(/[\n\t]/g, ' ').trim() : flat
  return editTriggers(line, { looks: 0 }, options.triggers)
}
