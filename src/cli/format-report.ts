import type { Run, RunReport, Task } from '../contracts/index.ts'
import { readClosing } from './closing-report.ts'
import { formatClosing } from './format-closing.ts'
import { formatCost, formatCount, formatDuration, formatNumber } from './format-quantity.ts'
import { simulatedLabel } from './live-view.ts'
import { type NextCommands, nextSteps } from './next-steps.ts'
import { closingLine, field } from './page.ts'
import { runHeading } from './run-heading.ts'
import { type Look, type Span, type Style, styledLine } from './styled-line.ts'
import { safeText, wrap } from './terminal-text.ts'

const mostFailures = 20

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

function counts(run: Run): string {
  const parts = countOrder
    .filter((state) => run.counts[state] > 0)
    .map((state) => `${formatNumber(run.counts[state])} ${state}`)
  return `${formatNumber(run.total)}: ${parts.join(', ') || 'none'}`
}

type Ratios = { readonly speedUp: string; readonly efficiency: string }

/** Where nothing was performed to a result, a quotient of times says nothing. */
function ratios({ run, tasks, ...report }: RunReport): Ratios {
  const both = (text: string): Ratios => ({ speedUp: text, efficiency: text })
  if (run.counts.succeeded === 0) return both('–')
  if (tasks.every((task) => task.cached)) return both('– (every result was reused)')
  const { speedUp, parallelEfficiency: efficiency } = report
  const slots = `of what ${formatCount(run.slots, 'slot')} can give`
  return {
    speedUp: speedUp === null ? 'not measured' : `${speedUp.toFixed(1)} x`,
    efficiency:
      efficiency === null ? 'not measured' : `${(efficiency * 100).toFixed(1)} % ${slots}`,
  }
}

function figures(report: RunReport, look: Look): readonly string[] {
  const { run } = report
  const { speedUp, efficiency } = ratios(report)
  const cached = report.tasks.filter((task) => task.cached).length
  const reused = cached === 0 ? '' : `, ${formatCount(cached, 'result')} reused from the cache`
  const simulatedCost = report.simulated ? ' (simulated)' : ''
  return [
    field('tasks', [counts(run) + reused], look),
    field('wall time', [formatDuration(report.wallTimeMs)], look),
    field('sequential', [`${formatDuration(report.sequentialTimeMs)} of task time`], look),
    field('speed-up', [speedUp], look),
    field('efficiency', [efficiency], look),
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

/** The human report of a run, with what to do next; the voice has the last line. */
export function formatReport(report: RunReport, commands: NextCommands, look: Look): string {
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
  const next = nextSteps(report, closing, commands)
  return [
    styledLine(runHeading(run, look.width), look),
    ...(label.length === 0 ? [] : [styledLine(label, look)]),
    field('state', [[stateStyles[run.state], run.state]], look),
    ...figures(report, look),
    ...(closing === null ? [] : formatClosing(closing, look)),
    ...failures(report, look),
    ...(next.length === 0 ? [] : ['', ...next]),
    ...closingLine(report.commentary, look),
  ].join('\n')
}
