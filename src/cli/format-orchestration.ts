import type { OrchestrationResult, Run, WorkloadResult } from '../contracts/index.ts'
import { formatDuration, formatNumber } from './format-quantity.ts'
import { type Column, formatTable } from './format-table.ts'
import { closingLine, field, formatShare, formatUsd, listed, simulatedLine } from './page.ts'
import { runHeading } from './run-heading.ts'
import { type Look, styledLine } from './styled-line.ts'
import { safeText, wrap } from './terminal-text.ts'

const mostFailures = 20
const mostNotes = 20

export type OrchestrationPage = {
  readonly run: Run
  readonly result: OrchestrationResult
  /** Prints the run with its answers. */
  readonly answers: string
  /** Reruns what did not succeed. */
  readonly retry: string
}

const cell = (value: number | null, format: (value: number) => string): string =>
  value === null ? '–' : format(value)

function columns(workloads: readonly WorkloadResult[]): readonly Column[] {
  const cells = (of: (workload: WorkloadResult) => string): readonly string[] => workloads.map(of)
  const allSucceeded = workloads.every(({ state }) => state === 'succeeded')
  const state: Column = { heading: 'STATE', cells: cells((workload) => workload.state) }
  return [
    { heading: 'WORKLOAD', cells: cells(({ id }) => safeText(id)), atMost: 14 },
    { heading: 'SPECIALIST', cells: cells((one) => safeText(one.specialist)), atMost: 17 },
    { heading: 'MODEL', cells: cells((one) => safeText(one.model ?? '–')), grows: true },
    ...(allSucceeded ? [] : [state]),
    { heading: 'CONF', cells: cells((one) => cell(one.confidence, (value) => value.toFixed(2))) },
    { heading: 'TIME', cells: cells((one) => cell(one.latencyMs, formatDuration)) },
    {
      heading: 'TOKENS',
      cells: cells(({ tokens }) =>
        tokens === null ? '–' : formatNumber(tokens.input + tokens.output),
      ),
    },
    { heading: 'COST', cells: cells((one) => formatUsd(one.costUsd)) },
  ]
}

/** What a row cannot say: that a candidate, a fallback, a repair or a second try was at work. */
function noteOf(workload: WorkloadResult): string {
  const { attempts, pilot, repaired } = workload
  const parts = [
    ...(pilot ? ['given to the candidate on trial'] : []),
    ...fallbackNote(workload),
    ...(repaired ? ['the answer was repaired to fit its schema'] : []),
    ...(attempts > 1 ? [`${attempts} tries`] : []),
  ]
  return parts.length === 0 ? '' : `${workload.id}: ${parts.join(', ')}`
}

const fallbackCauses = new Map([
  ['lane', 'had no room'],
  ['rate', 'was limited'],
  ['budget', 'was refused by a budget'],
  ['breaker', 'was failing'],
  ['not_configured', 'is not configured where it was performed'],
  ['model_auth', 'refused, check its key (model_auth)'],
  ['model_gone', 'is gone, check its address (model_gone)'],
])

function fallbackNote({ fallback, fallbackReason }: WorkloadResult): readonly string[] {
  if (!fallback) return []
  if (fallbackReason === undefined) return ['answered by a fallback model']
  const { from, code } = fallbackReason
  const cause = fallbackCauses.get(code) ?? `failed (${code})`
  return [`answered by a fallback model: ${from} ${cause}`]
}

function notes(workloads: readonly WorkloadResult[], look: Look): readonly string[] {
  const all = workloads.map(noteOf).filter((note) => note !== '')
  const hidden = all.length - mostNotes
  const shown = hidden > 0 ? [...all.slice(0, mostNotes), `+${hidden} more, see --json`] : all
  return shown.length === 0 ? [] : ['', ...listed(shown, look)]
}

function failures(workloads: readonly WorkloadResult[], look: Look): readonly string[] {
  // What was cancelled did not fail: the count says all there is to say.
  const failed = workloads.flatMap(({ id, state, error }) =>
    error === null || state === 'cancelled' ? [] : [{ id, ...error }],
  )
  if (failed.length === 0) return []
  const hidden = failed.length - mostFailures
  return [
    '',
    styledLine([['bold', 'Failures']], look),
    ...failed.slice(0, mostFailures).flatMap(({ id, code, message }) => [
      styledLine([['red', `  ${safeText(id)}`]], look),
      ...wrap(`${safeText(message)} (${safeText(code)})`, look.width - 4)
        .slice(0, 4)
        .map((line) => styledLine([`    ${line}`], look)),
    ]),
    ...(hidden > 0 ? [styledLine([['dim', `  +${hidden} more, see --json`]], look)] : []),
  ]
}

function figures(result: OrchestrationResult, look: Look): readonly string[] {
  const { efficiencyRating, parallelEfficiency, speedUp } = result
  const ratio = speedUp === null ? '–' : `${speedUp.toFixed(1)} x`
  const rated = efficiencyRating === 'unknown' ? '' : `, rated ${efficiencyRating}`
  const simulated = result.simulated ? ' (simulated)' : ''
  return [
    field('time', [formatDuration(result.processingTimeMs)], look),
    field('sequential', [`${formatDuration(result.sequentialTimeMs)} one after another`], look),
    field('speed-up', [ratio], look),
    field('efficiency', [formatShare(parallelEfficiency) + rated], look),
    field('models', [result.modelsUsed.map(safeText).join(', ') || 'none'], look),
    field('cost', [formatUsd(result.costUsd) + simulated], look),
  ]
}

/** What an orchestration amounts to; the voice has the last line. */
export function formatOrchestration(page: OrchestrationPage, look: Look): string {
  const { run, result } = page
  const { workloads } = result
  const succeeded = workloads.filter(({ state }) => state === 'succeeded').length
  const cancelled = workloads.filter(({ state }) => state === 'cancelled').length
  const stopped = cancelled === 0 ? '' : `, ${formatNumber(cancelled)} cancelled`
  return [
    styledLine(runHeading(run, look.width), look),
    ...(result.simulated ? [simulatedLine(look)] : []),
    '',
    ...formatTable(columns(workloads), look),
    ...notes(workloads, look),
    ...failures(workloads, look),
    '',
    field('state', [run.state], look),
    field('workloads', [`${succeeded} of ${workloads.length} succeeded${stopped}`], look),
    ...figures(result, look),
    '',
    ...(succeeded > 0 ? [`Answers: ${page.answers}`] : []),
    ...(succeeded < workloads.length ? [`Rerun what did not succeed: ${page.retry}`] : []),
    ...closingLine(result.commentary, look),
  ].join('\n')
}
