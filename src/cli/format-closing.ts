import type { ClosingReport } from './closing-report.ts'
import { formatCount } from './format-quantity.ts'
import { type Look, type Span, styledLine } from './styled-line.ts'
import { safeText, wrap } from './terminal-text.ts'

const mostConflicts = 20
const mostMissing = 5
const mostOutputLines = 10
const labelWidth = 12

type Combined = NonNullable<ClosingReport['combined']>
type Check = NonNullable<ClosingReport['check']>

function label(text: string): Span {
  return ['dim', text.padEnd(labelWidth)]
}

function combinedLines(combined: Combined, look: Look): readonly string[] {
  const { conflicts, merged, noChanges } = combined
  const unchanged = noChanges.length === 0 ? '' : `, ${noChanges.length} changed nothing`
  const merges = `  ${formatCount(merged.length, 'branch', 'branches')} merged${unchanged}`
  const hidden = conflicts.length - mostConflicts
  return [
    styledLine([label('combined'), ['cyan', safeText(combined.branch)], merges], look),
    ...conflicts.slice(0, mostConflicts).map((conflict) => {
      const others =
        conflict.with.length === 0 ? '' : ` with ${conflict.with.map(safeText).join(', ')}`
      const files = ` in ${conflict.files.map(safeText).join(', ') || 'no file named'}`
      return styledLine([label('conflict'), ['red', safeText(conflict.task)], others + files], look)
    }),
    ...(hidden > 0 ? [styledLine([['dim', `  +${hidden} more conflicts, see --json`]], look)] : []),
  ]
}

/** The check's verdict is of the tree as it is, which may lack work. */
function missingLines(combined: Combined | null | undefined, look: Look): readonly string[] {
  const { conflicts = [], unfinished = [] } = combined ?? {}
  const missing = [...conflicts, ...unfinished].map(({ task }) => safeText(task))
  if (missing.length === 0) return []
  const shown = missing.slice(0, mostMissing).join(', ')
  const hidden = missing.length - mostMissing
  const more = hidden > 0 ? `, +${hidden} more` : ''
  return [styledLine([label(''), ['yellow', `of a tree without ${shown}${more}`]], look)]
}

function checkLines(check: Check, look: Look): readonly string[] {
  const { exitCode } = check
  const exit = exitCode === null || exitCode === undefined ? '' : ` (exit ${exitCode})`
  const verdict: Span = check.passed ? ['green', 'passed'] : ['red', `failed${exit}`]
  const line = styledLine([label('check'), verdict, `  ${safeText(check.command)}`], look)
  if (check.passed) return [line]
  const output = check.outputTail
    .trimEnd()
    .split('\n')
    .filter((text) => text.trim() !== '')
    .slice(-mostOutputLines)
  return [line, ...output.map((text) => styledLine([['dim', `  | ${safeText(text)}`]], look))]
}

/**
 * What closing a command run found: the combined branch, conflicts by task and file, the check's
 * verdict, and the note about edits that were left out.
 */
export function formatClosing(closing: ClosingReport, look: Look): readonly string[] {
  const { combined, check, note } = closing
  const noteLines = wrap(safeText(note ?? ''), look.width - 2)
  return [
    ...(combined === null || combined === undefined ? [] : combinedLines(combined, look)),
    ...(check === null || check === undefined
      ? []
      : [...checkLines(check, look), ...missingLines(combined, look)]),
    ...noteLines.map((text, index) =>
      styledLine([['yellow', `${index === 0 ? '! ' : '  '}${text}`]], look),
    ),
  ]
}
