import type { ClosingReport } from './closing-report.ts'
import { type Look, type Span, styledLine } from './styled-line.ts'
import { safeText, wrap } from './terminal-text.ts'

const mostConflicts = 20
const mostOutputLines = 10
const labelWidth = 12

function check(closing: ClosingReport, look: Look): readonly string[] {
  const { check: verdict } = closing
  if (verdict === null || verdict === undefined) return []
  const exit =
    verdict.exitCode === null || verdict.exitCode === undefined ? '' : ` (exit ${verdict.exitCode})`
  const word: Span = verdict.ok ? ['green', 'passed'] : ['red', `failed${exit}`]
  const line = styledLine(
    [['dim', 'check'.padEnd(labelWidth)], word, `  ${safeText(verdict.command)}`],
    look,
  )
  if (verdict.ok) return [line]
  const output = verdict.output.trimEnd().split('\n').slice(-mostOutputLines)
  return [line, ...output.map((text) => styledLine([['dim', `  | ${safeText(text)}`]], look))]
}

function conflicts(closing: ClosingReport, look: Look): readonly string[] {
  const shown = closing.conflicts.slice(0, mostConflicts)
  const hidden = closing.conflicts.length - shown.length
  return [
    ...shown.map((conflict) =>
      styledLine(
        [
          ['dim', 'conflict'.padEnd(labelWidth)],
          ['red', safeText(conflict.task)],
          `  ${conflict.files.map(safeText).join(', ')}`,
        ],
        look,
      ),
    ),
    ...(hidden === 0
      ? []
      : [styledLine([['dim', `  +${hidden} more conflicts, see --json`]], look)]),
  ]
}

/** What closing a command run found: combined branch, conflicts by task and file, the check. */
export function formatClosing(closing: ClosingReport, look: Look): readonly string[] {
  const branch = closing.combinedBranch
  const edits =
    closing.uncommittedEdits === true
      ? ['The repository has uncommitted edits: tasks started at HEAD, without them.']
      : []
  return [
    ...(branch === null || branch === undefined
      ? []
      : [
          styledLine(
            [
              ['dim', 'combined'.padEnd(labelWidth)],
              ['cyan', safeText(branch)],
            ],
            look,
          ),
        ]),
    ...conflicts(closing, look),
    ...check(closing, look),
    ...[...edits, ...closing.notes].flatMap((note) =>
      wrap(safeText(note), look.width - 2).map((text, index) =>
        styledLine([['yellow', `${index === 0 ? '! ' : '  '}${text}`]], look),
      ),
    ),
  ]
}
