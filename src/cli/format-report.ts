import type { Run, RunReport, Task } from '../contracts/index.ts'
import { readClosing } from './closing-report.ts'
import { formatClosing } from './format-closing.ts'
import { formatCost, formatCount, formatDuration, formatNumber } from './format-quantity.ts'
import { simulatedLabel } from './live-view.ts'
import { type Look, type Span, type Style, styledLine } from './styled-line.ts'
import { safeText, wrap } from './terminal-text.ts'

const mostFailures = 20
const labelWidth = 12

const stateStyles: Readonly<Record<Run['state'], Style>> = {
  queued: 'dim',
  running: 'cyan',
  parked: 'yellow',
  succeeded: 'green',
  partial: 'yellow',
  failed: 'red',
  cancelled: 'yellow',
}

const countOrder: readonly Task['state'][] = [
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'running',
  'parked',
  'admitted',
  'ready',
  'waiting',
]

function field(label: string, spans: readonly Span[], look: Look): string {
  return styledLine([['dim', label.padEnd(labelWidth)], ...spans], look)
}

function counts(run: Run): string {
  const parts = countOrder
    .filter((state) => run.counts[state] > 0)
    .map((state) => `${formatNumber(run.counts[state])} ${state}`)
  return `${formatNumber(run.total)}: ${parts.join(', ') || 'none'}`
}

function ratio(value: number | null, digits: number): string {
  return value === null ? 'not measured' : value.toFixed(digits)
}

function figures(report: RunReport, look: Look): readonly string[] {
  const { run } = report
  const efficiency =
    report.parallelEfficiency === null
      ? 'not measured'
      : `${(report.parallelEfficiency * 100).toFixed(1)} %`
  const cached = report.tasks.filter((task) => task.cached).length
  const reused = cached === 0 ? '' : `, ${formatCount(cached, 'result')} reused from the cache`
  const simulatedCost = report.simulated ? ' (simulated)' : ''
  return [
    field('tasks', [counts(run) + reused], look),
    field('wall time', [formatDuration(report.wallTimeMs)], look),
    field('sequential', [`${formatDuration(report.sequentialTimeMs)} of task time`], look),
    field(
      'speed-up',
      [report.speedUp === null ? 'not measured' : `${ratio(report.speedUp, 1)} x`],
      look,
    ),
    field('efficiency', [`${efficiency} of what ${formatCount(run.slots, 'slot')} can give`], look),
    field('cost', [formatCost(report.cost) + simulatedCost], look),
  ]
}

function failures(report: RunReport, look: Look): readonly string[] {
  if (report.failures.length === 0) return []
  const shown = report.failures.slice(0, mostFailures)
  const hidden = report.failures.length - shown.length
  const lines = shown.flatMap((failure) => [
    styledLine([['red', `  ${safeText(failure.title) || safeText(failure.task)}`]], look),
    ...wrap(`${safeText(failure.message)} (${safeText(failure.code)})`, look.width - 4)
      .slice(0, 4)
      .map((text) => styledLine([`    ${text}`], look)),
  ])
  const more = hidden === 0 ? [] : [styledLine([['dim', `  +${hidden} more, see --json`]], look)]
  return ['', styledLine([['bold', 'Failures']], look), ...lines, ...more]
}

function openTasks(report: RunReport): boolean {
  const { failed, skipped, cancelled } = report.run.counts
  return failed + skipped + cancelled > 0
}

function ended(run: Run): boolean {
  return run.finishedAt !== null
}

/**
 * The human report of a run. `resume` is the command that reruns what did not succeed; it is shown
 * whole, whatever the width, because it is there to be copied.
 */
export function formatReport(report: RunReport, resume: string, look: Look): string {
  const { run } = report
  const label: readonly Span[] = report.simulated
    ? [
        [
          'yellow',
          `${simulatedLabel}: results come from the simulated model provider, no model was asked`,
        ],
      ]
    : []
  const closing = readClosing(run.report)
  const next = ended(run) && openTasks(report) ? ['', `Rerun what did not succeed: ${resume}`] : []
  return [
    styledLine(
      [
        ['bold', safeText(run.title)],
        ['dim', `  run ${safeText(run.id)}`],
      ],
      look,
    ),
    ...(label.length === 0 ? [] : [styledLine(label, look)]),
    field('state', [[stateStyles[run.state], run.state]], look),
    ...figures(report, look),
    ...(closing === null ? [] : formatClosing(closing, look)),
    ...failures(report, look),
    ...next,
  ].join('\n')
}
