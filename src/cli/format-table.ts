import { type Look, type Span, styledLine } from './styled-line.ts'
import { displayWidth, fitColumn } from './terminal-text.ts'

export type Column = {
  readonly heading: string
  /** Safe text, a cell a row. */
  readonly cells: readonly string[]
  /** What remains of the width goes to this column; the others are as wide as their widest cell. */
  readonly grows?: boolean
  /** Widest that a column which does not grow may be, on a terminal. */
  readonly atMost?: number
}

const gap = '  '

function ownWidth(column: Column, look: Look): number {
  const widest = column.cells.reduce(
    (most, cell) => Math.max(most, displayWidth(cell)),
    displayWidth(column.heading),
  )
  // Where there is no edge to keep within, nothing needs to be cut.
  return Number.isFinite(look.width) ? Math.min(widest, column.atMost ?? widest) : widest
}

/** What a growing column keeps, and what one that may be cut is cut to at most. */
const leastWidth = 8

/**
 * The columns' own widths. Where they do not fit, those with an `atMost` (names, which are known from
 * their beginning) give way, the widest first: figures that are cut say nothing.
 */
function withinWidth(columns: readonly Column[], look: Look): readonly number[] {
  const own = columns.map((column) => ownWidth(column, look))
  const taken = own.map((width, index) =>
    columns[index]?.grows ? Math.min(width, leastWidth) : width,
  )
  let excess =
    taken.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)) - look.width
  while (excess > 0) {
    const widest = own.reduce(
      (most, width, index) =>
        columns[index]?.atMost !== undefined && width > Math.max(leastWidth, own[most] ?? 0)
          ? index
          : most,
      -1,
    )
    if (widest === -1) break
    own[widest] = (own[widest] ?? 0) - 1
    excess -= 1
  }
  return own
}

/** Columns side by side with a heading, every line at most `look.width` wide. */
export function formatTable(columns: readonly Column[], look: Look): readonly string[] {
  const own = withinWidth(columns, look)
  const fixed = own.reduce((sum, width, index) => (columns[index]?.grows ? sum : sum + width), 0)
  const growing = columns.filter((column) => column.grows).length
  const spare = look.width - fixed - gap.length * (columns.length - 1)
  const widths = own.map((width, index) =>
    columns[index]?.grows
      ? Math.min(width, Math.max(Math.floor(spare / growing), leastWidth))
      : width,
  )
  const row = (cells: readonly string[]): string =>
    cells.map((cell, index) => fitColumn(cell, widths[index] ?? 0)).join(gap)
  const heading: Span = ['dim', row(columns.map((column) => column.heading))]
  const rows = columns.reduce((most, column) => Math.max(most, column.cells.length), 0)
  return [
    styledLine([heading], look),
    ...Array.from({ length: rows }, (_, index) =>
      styledLine([row(columns.map((column) => column.cells[index] ?? ''))], look),
    ),
  ]
}
