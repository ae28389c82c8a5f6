import type { ArmFigures, PilotMetrics, PilotStatus } from '../contracts/index.ts'
import { formatCount, formatDuration, formatNumber } from './format-quantity.ts'
import { formatTable } from './format-table.ts'
import {
  closingLine,
  field,
  formatShare,
  formatUsd,
  listed,
  simulatedLine,
  wrappedField,
} from './page.ts'
import { type Look, styledLine } from './styled-line.ts'
import { safeText } from './terminal-text.ts'

type Judged = Pick<PilotStatus, 'verdict' | 'reasons' | 'commentary'>

/** Of which one or both may be simulated. */
const simulatedArms = (look: Look): string =>
  simulatedLine(look, 'the simulated model provider answers in one arm or in both')

function judgement({ verdict, reasons, commentary }: Judged, look: Look): readonly string[] {
  return [
    field('verdict', [verdict ?? 'none yet'], look),
    ...(reasons.length === 0 ? [] : ['', ...listed(reasons, look)]),
    ...closingLine(commentary, look),
  ]
}

/** State and participation of the pilot; the voice has the last line. */
export function formatPilotStatus(status: PilotStatus, look: Look): string {
  const { phase, phaseStartedAt } = status
  const since = phaseStartedAt === null ? '' : ` since ${phaseStartedAt}`
  const share = `${formatShare(status.participation)} of eligible requests`
  const { eligible, participants } = status
  const counted = `${formatNumber(participants)} of ${formatCount(eligible, 'eligible request')}`
  return [
    styledLine([['bold', safeText(status.name)], '  pilot'], look),
    ...(status.simulated ? [simulatedArms(look)] : []),
    field('state', [status.state], look),
    ...wrappedField('phase', phase === null ? 'none' : phase + since, look),
    ...wrappedField('candidate', status.candidate ?? 'none is configured', look),
    ...wrappedField('control', status.control ?? 'whichever model routing takes', look),
    field('share', [share], look),
    field('so far', [counted], look),
    ...judgement(status, look),
  ].join('\n')
}

const ms = (value: number | null): string => (value === null ? '–' : formatDuration(value))

function rated({ count, mean }: ArmFigures['feedback']): string {
  return mean === null ? '–' : `${mean.toFixed(1)} (${formatNumber(count)})`
}

/** Both arms side by side, and whether their sizes can be trusted. */
export function formatPilotMetrics(metrics: PilotMetrics, look: Look): string {
  const arms = [metrics.control, metrics.candidate]
  const { expected, mismatch, observed, pValue } = metrics.sampleRatio
  const p = pValue === null ? '' : `, p ${pValue.toFixed(4)}`
  const ratio = `candidate ${formatShare(observed)}, expected ${formatShare(expected)}${p}`
  const table = formatTable(
    [
      { heading: 'ARM', cells: ['control', 'candidate'] },
      { heading: 'REQUESTS', cells: arms.map((arm) => formatNumber(arm.requests)) },
      { heading: 'SUCCESS', cells: arms.map((arm) => formatShare(arm.successRate)) },
      { heading: 'MEAN', cells: arms.map((arm) => ms(arm.meanLatencyMs)) },
      { heading: 'P95', cells: arms.map((arm) => ms(arm.p95LatencyMs)) },
      { heading: 'COST', cells: arms.map((arm) => formatUsd(arm.meanCostUsd)) },
      { heading: 'RATING', cells: arms.map((arm) => rated(arm.feedback)) },
    ],
    look,
  )
  return [
    styledLine([['bold', safeText(metrics.name)], '  pilot, both arms'], look),
    ...(metrics.simulated ? [simulatedArms(look)] : []),
    '',
    ...table,
    '',
    field('sizes', [ratio], look),
    ...(mismatch ? [field('', [['red', 'the sizes do not fit: trust no figure']], look)] : []),
    ...judgement(metrics, look),
  ].join('\n')
}
