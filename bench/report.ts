import { cpus, totalmem } from 'node:os'

/** What a goal asks for and whether this run reached it. */
export type Goal = { readonly text: string; readonly met: boolean }

/** One line of the table: one engine in one row of the goals. */
export type Line = {
  readonly engine: string
  readonly result: string
  readonly detail: string
  /** Maniple ÷ this engine, in speed. */
  readonly ratio: string
  readonly goal: Goal | null
}

export type Row = { readonly title: string; readonly lines: readonly Line[] }

export type Surroundings = { readonly server: string; readonly now: Date }

const headings = ['', 'engine', 'result', 'detail', 'Maniple ÷ it', 'goal'] as const

function goalCell(goal: Goal | null): string {
  if (goal === null) return ''
  return `${goal.text}: ${goal.met ? 'met' : 'MISSED'}`
}

function cells(rows: readonly Row[]): string[][] {
  return rows.flatMap((row) =>
    row.lines.map((line, index) => [
      index === 0 ? row.title : '',
      line.engine,
      line.result,
      line.detail,
      line.ratio,
      goalCell(line.goal),
    ]),
  )
}

/** The one table, as Markdown whose columns are also aligned for a terminal. */
export function renderTable(rows: readonly Row[]): string {
  const body = cells(rows)
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, 3, ...body.map((line) => line[column]?.length ?? 0)),
  )
  const render = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = render(widths.map((width) => '-'.repeat(width)))
  return [render(headings), rule, ...body.map(render)].join('\n')
}

/** The machine and the versions, without which the figures mean nothing. */
export function describeMachine({ server, now }: Surroundings): string {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'unknown processor'
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return [
    now.toISOString().slice(0, 10),
    `${model}, ${processors.length} cores, ${gigabytes} GB`,
    `Node ${process.versions.node}`,
    server,
  ].join(' · ')
}

export function formatRate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en-US')}/s`
}

export function formatRatio(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2)
}
