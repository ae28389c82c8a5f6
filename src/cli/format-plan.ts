import type { SplitPlan } from '../contracts/index.ts'
import { formatCount } from './format-quantity.ts'
import { formatTable } from './format-table.ts'
import { type Look, styledLine } from './styled-line.ts'
import { safeText, wrap } from './terminal-text.ts'

/** The plan of a dry run: a line a task, the width and what a person should know. */
export function formatPlan(plan: SplitPlan, look: Look): string {
  const { tasks } = plan
  const minutes = tasks.reduce((sum, task) => sum + task.estimateMinutes, 0)
  const edges = tasks.reduce((sum, task) => sum + task.dependsOn.length, 0)
  const summary = [
    `width ${formatCount(tasks.length, 'task')}`,
    formatCount(edges, 'dependency', 'dependencies'),
    `about ${formatCount(Math.round(minutes), 'minute')} of work`,
  ]
  const table = formatTable(
    [
      { heading: 'ID', cells: tasks.map((task) => safeText(task.id)), atMost: 28 },
      { heading: 'TITLE', cells: tasks.map((task) => safeText(task.title)), grows: true },
      { heading: 'TYPE', cells: tasks.map((task) => safeText(task.type)), atMost: 17 },
      {
        heading: 'AFTER',
        cells: tasks.map((task) => safeText(task.dependsOn.join(', ')) || '-'),
        atMost: 24,
      },
    ],
    look,
  )
  const notes = plan.notes.flatMap((note) =>
    wrap(safeText(note), look.width - 2).map((text, index) =>
      styledLine([['yellow', `${index === 0 ? '- ' : '  '}${text}`]], look),
    ),
  )
  return [
    styledLine([['bold', safeText(plan.title)]], look),
    styledLine([summary.join(', ')], look),
    '',
    ...table,
    ...(notes.length === 0 ? [] : ['', styledLine([['bold', 'Notes']], look), ...notes]),
    '',
    styledLine([['dim', 'Dry run: nothing was stored or started.']], look),
  ].join('\n')
}
