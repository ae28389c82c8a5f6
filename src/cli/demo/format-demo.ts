import type { Look } from '../styled-line.ts'
import { styledLine } from '../styled-line.ts'
import { safeText } from '../terminal-text.ts'
import type { DemoFigures } from './demo-figures.ts'
import { longTime, shortTime } from './demo-time.ts'

const mostRoutes = 8

/** The dashboard's comment as it stands, and the figures. */
export function formatDemo(
  figures: DemoFigures,
  { dashboard, look }: { readonly dashboard: string; readonly look: Look },
): string {
  const { subIssues, branches, pullRequests, dashboard: shown, time, github, timeScale } = figures
  const rows: readonly (readonly [string, string])[] = [
    ['Run', `${figures.run}: ${figures.state}`],
    ['Sub-issues', `${subIssues.opened}, ${subIssues.closed} of them closed`],
    ['Branches', `${branches}`],
    ['Pull requests', `${pullRequests.opened}, ${pullRequests.merged} of them merged`],
    ['Dashboard', `${shown.comments} comment, edited ${shown.edits} times`],
    ['Real time', shortTime(time.realMs)],
    ['Simulated time', `${longTime(time.simulatedMs)} (${timeScale} times as fast)`],
    ['Calls', `${github.calls}, most at once ${github.maxConcurrent}`],
    ['Writes', `${github.writes}`],
    ['Creations', `${github.creations}, at most ${github.worstMinute.creations} in a minute`],
    ['GraphQL', `${github.graphqlPoints} points`],
    ['Refused for limits', `${github.limited.primary + github.limited.secondary}`],
  ]
  const routes = Object.entries(github.byRoute).toSorted(([, one], [, other]) => other - one)
  const more = routes.length - mostRoutes
  // The signed marker at its end is for machines.
  const lines = dashboard.split('\n').filter((line) => !line.startsWith('<!--'))
  return [
    ...lines.map((line) => styledLine([safeText(line)], look)),
    '',
    styledLine([['bold', 'SIMULATED: no real GitHub, no real model']], look),
    ...rows.map(([name, value]) => styledLine([['dim', name.padEnd(20)], safeText(value)], look)),
    ...routes
      .slice(0, mostRoutes)
      .map(([route, count]) => styledLine([`  ${String(count).padStart(5)}  ${route}`], look)),
    ...(more > 0 ? [styledLine([`         and ${more} more routes`], look)] : []),
    '',
  ].join('\n')
}
