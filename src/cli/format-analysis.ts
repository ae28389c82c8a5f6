import type { Analysis } from '../contracts/index.ts'
import { formatCount, formatDuration } from './format-quantity.ts'
import { formatTable } from './format-table.ts'
import { closingLine, field, formatUsd, listed, simulatedLine, wrappedField } from './page.ts'
import { type Look, styledLine } from './styled-line.ts'
import { safeText } from './terminal-text.ts'

function workloadTable({ workloads }: Analysis, look: Look): readonly string[] {
  return formatTable(
    [
      { heading: 'WORKLOAD', cells: workloads.map(({ id }) => safeText(id)), atMost: 14 },
      { heading: 'CONTENT', cells: workloads.map(({ content }) => safeText(content)), grows: true },
      { heading: 'COMPLEX', cells: workloads.map(({ complexity }) => complexity) },
      {
        heading: 'SPECIALIST',
        cells: workloads.map(({ specialist }) => safeText(specialist)),
        atMost: 17,
      },
      { heading: 'MODEL', cells: workloads.map(({ model }) => safeText(model)), atMost: 15 },
      { heading: 'TIME', cells: workloads.map((one) => formatDuration(one.estimatedMs)) },
      { heading: 'COST', cells: workloads.map((one) => formatUsd(one.estimatedCostUsd)) },
    ],
    look,
  )
}

/** What workloads would take; the voice has the last line. */
export function formatAnalysis(analysis: Analysis, look: Look): string {
  const { bindingLimit, insights, pilot, workloads } = analysis
  const derived = analysis.derived ? ', derived from the context' : ''
  const width =
    bindingLimit.width === 0
      ? 'none at the moment'
      : `${formatCount(analysis.suggestedWidth, 'workload')} at once`
  const estimate = `about ${formatDuration(analysis.estimatedMs)}`
  return [
    styledLine([['bold', safeText(analysis.repository)], '  analysis, nothing was run'], look),
    ...(analysis.simulated ? [simulatedLine(look)] : []),
    '',
    ...workloadTable(analysis, look),
    '',
    field('workloads', [`${workloads.length}${derived}`], look),
    field('complexity', [analysis.complexity], look),
    field('width', [width], look),
    ...wrappedField('limit', `${bindingLimit.limit}: ${bindingLimit.reason}`, look),
    field('time', [estimate], look),
    field('cost', [formatUsd(analysis.estimatedCostUsd)], look),
    ...(pilot === null
      ? []
      : wrappedField('pilot', `${pilot.name}: ${pilot.state} ${pilot.phase ?? ''}`, look)),
    ...(insights.length === 0 ? [] : ['', ...listed(insights, look)]),
    ...closingLine(analysis.commentary, look),
  ].join('\n')
}
