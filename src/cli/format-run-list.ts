import type { Run } from '../contracts/index.ts'
import { formatDuration } from './format-quantity.ts'
import { formatTable } from './format-table.ts'
import { type Look, styledLine } from './styled-line.ts'
import { safeText } from './terminal-text.ts'

function age(createdAt: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(createdAt)) / 1000)
  if (seconds < 90) return `${Math.round(seconds)} s ago`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h ago`
  return `${Math.round(seconds / 86_400)} days ago`
}

function done(run: Run): string {
  return `${run.counts.succeeded}/${run.total}`
}

type RunList = {
  readonly runs: readonly Run[]
  readonly next: string | null
  /** The command that begins a run. */
  readonly start: string
}

/** A line a run, newest first as given. `now` is in milliseconds since the epoch. */
export function formatRunList(page: RunList, now: number, look: Look): string {
  const { runs } = page
  if (runs.length === 0) return `No runs here yet. Start one: ${page.start}`
  const table = formatTable(
    [
      { heading: 'RUN', cells: runs.map((run) => safeText(run.id)) },
      { heading: 'STATE', cells: runs.map((run) => run.state) },
      { heading: 'DONE', cells: runs.map(done), atMost: 13 },
      { heading: 'TIME', cells: runs.map((run) => formatDuration(run.wallTimeMs)) },
      { heading: 'CREATED', cells: runs.map((run) => age(run.createdAt, now)) },
      {
        heading: 'TITLE',
        cells: runs.map((run) => `${run.simulated ? '[SIMULATED] ' : ''}${safeText(run.title)}`),
        grows: true,
      },
    ],
    look,
  )
  const more = page.next === null ? [] : [styledLine([['dim', 'Older runs: --limit N']], look)]
  return [...table, ...more].join('\n')
}
