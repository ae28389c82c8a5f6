import type { TaskState, WaitReason } from '../../contracts/index.ts'
import { showTime } from '../width/show-figure.ts'
import type { DashboardAggregate, DashboardRow, DashboardView } from './dashboard-view.ts'
import { plainLine, showRef } from './plain-text.ts'

/** GitHub takes 65,536; the gate keeps the difference for its marker. */
const longestBody = 60_000

const states: Record<TaskState, string> = {
  waiting: 'waiting',
  ready: 'waiting',
  admitted: 'waiting',
  running: 'running',
  parked: 'at work outside',
  succeeded: 'done',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
}
const shownStates = [...new Set(Object.values(states))]

const waits: Record<WaitReason, string> = {
  dependency: 'waits for',
  slots: 'waits for a slot of',
  lane: 'waits for room in',
  rate: 'waits for the rate of',
  budget: 'waits for budget:',
  breaker: 'waits until it recovers:',
  retry: 'waits to be tried again:',
  approval: 'waits for approval:',
  outside: 'waits for an answer from',
  worker: 'waits for a worker:',
}

type Detail = {
  readonly title: number
  readonly note: number
  /** States of which only the numbers are listed. */
  readonly collapsed: readonly TaskState[]
}

const quiet: readonly TaskState[] = ['succeeded', 'skipped', 'cancelled']
const ended: readonly TaskState[] = [...quiet, 'failed']

/** From all there is to say to the least; the first that fits is taken. */
const details: readonly Detail[] = [
  { title: 100, note: 160, collapsed: [] },
  { title: 100, note: 160, collapsed: ['succeeded'] },
  { title: 80, note: 100, collapsed: quiet },
  { title: 60, note: 60, collapsed: quiet },
  { title: 40, note: 40, collapsed: ended },
  { title: 20, note: 20, collapsed: ended },
  { title: 10, note: 0, collapsed: ended },
]
/** No row is shorter. */
const shortestRow = 40

/**
 * The one comment on a parent that shows how its run stands. The same view gives the same text, so
 * that an unchanged one need not be written again. Never longer than GitHub takes: finished rows
 * are drawn together first, then titles get shorter, then rows are left out.
 */
export function dashboard(view: DashboardView): string {
  const head = headOf(view)
  for (const detail of details) {
    const rows = view.rows.filter(({ state }) => !detail.collapsed.includes(state))
    if (rows.length * shortestRow > longestBody) continue
    const text = [...head, ...tableOf(view, detail)].join('\n\n')
    if (text.length <= longestBody) return text
  }
  return [...head, ...shortTable(view, longestBody - head.join('\n\n').length - 200)].join('\n\n')
}

function headOf(view: DashboardView): readonly string[] {
  const { title, run, simulated, endsAt, plan, aggregate, state } = view
  const end =
    endsAt === null || aggregate !== null ? '' : ` Expected to be done: ${minute(endsAt)}.`
  const note =
    simulated === null
      ? []
      : [
          `> **Simulated**: this is no real GitHub and no real work; its time runs ${simulated.timeScale} times as fast.`,
        ]
  return [
    `## ${plainLine(title, 100)}`,
    ...note,
    `**${progressOf(view.rows)}** Run ${plainLine(run, 60)}: ${state}.${end}`,
    ...plan.slice(0, 5).map((line) => plainLine(line, 200)),
    ...(aggregate === null ? [] : [aggregateOf(aggregate)]),
  ]
}

/** `18 of 24 done (75 %): 2 running, 3 waiting, 1 failed.` */
function progressOf(rows: readonly DashboardRow[]): string {
  const counts = new Map<string, number>()
  for (const { state } of rows) counts.set(states[state], (counts.get(states[state]) ?? 0) + 1)
  const done = counts.get('done') ?? 0
  const percent = rows.length === 0 ? 100 : Math.floor((100 * done) / rows.length)
  const others = shownStates
    .filter((state) => state !== 'done' && counts.has(state))
    .map((state) => `${counts.get(state)} ${state}`)
  const rest = others.length === 0 ? '' : `: ${others.join(', ')}`
  return `${done} of ${rows.length} done (${percent} %)${rest}.`
}

/** An up-rounded minute: a second's difference writes no comment. */
function minute(iso: string): string {
  const time = Date.parse(iso)
  if (!Number.isFinite(time)) return 'unknown'
  const whole = new Date(Math.ceil(time / 60_000) * 60_000).toISOString()
  return `${whole.slice(0, 10)} ${whole.slice(11, 16)} UTC`
}

function aggregateOf({ merged, wallTimeMs, cost, combined }: DashboardAggregate): string {
  const units = Object.entries(cost)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .slice(0, 20)
  const costs = units.map(([unit, sum]) => `${amount(sum)} ${plainLine(unit, 40)}`).join(', ')
  const each = units
    .map(([unit, sum]) => `${amount(sum / merged)} ${plainLine(unit, 40)}`)
    .join(', ')
  const lines = [
    `${merged} changes merged in ${showTime(wallTimeMs)}.`,
    `Cost: ${costs || 'none recorded'}.`,
    merged === 0 ? 'Cost per merged change: nothing was merged.' : '',
    merged > 0 && each !== '' ? `Cost per merged change: ${each}.` : '',
    combined === null ? 'All together: not checked.' : '',
    combined?.passed === true ? 'All together: the check passed.' : '',
    combined?.passed === false ? brokenBy(combined.offenders) : '',
  ]
  return `### Result\n\n${lines
    .filter((line) => line !== '')
    .map((line) => `- ${line}`)
    .join('\n')}`
}

const mostOffenders = 10

function brokenBy(offenders: readonly (readonly string[])[]): string {
  const names = offenders.slice(0, mostOffenders).map((set) =>
    set
      .slice(0, 3)
      .map((one) => plainLine(one, 60))
      .join(' with '),
  )
  const more = offenders.length - mostOffenders
  const rest = more > 0 ? ` and ${more} more` : ''
  return `All together: the check failed. Broken by: ${names.join('; ') || 'unknown'}${rest}.`
}

const amount = (sum: number) =>
  Number.isInteger(sum) ? `${sum}` : `${Number(sum.toFixed(Math.abs(sum) < 1 ? 4 : 2))}`

function tableOf(view: DashboardView, detail: Detail): readonly string[] {
  const { rows } = view
  const shown = rows.filter(({ state }) => !detail.collapsed.includes(state))
  const lines = rowsOf(view, shown, detail)
  const lists = detail.collapsed.flatMap((state) => {
    const refs = rows.filter((row) => row.state === state).map((row) => shortRow(row, view))
    return refs.length === 0 ? [] : [`${refs.length} ${states[state]}: ${refs.join(', ')}`]
  })
  return [...(lines.length === 0 ? [] : [[...tableHead, ...lines].join('\n')]), ...lists]
}

const tableHead = [
  '| Issue | Task | State | Pull request | By | Note |',
  '|---|---|---|---|---|---|',
]

function rowsOf(
  { repository, rows: all }: DashboardView,
  rows: readonly DashboardRow[],
  detail: Detail,
): readonly string[] {
  const refs = new Map(
    all.flatMap(({ task, issue }) => (issue === null ? [] : [[task, showRef(issue, repository)]])),
  )
  return rows.map((row) => {
    const { issue, pull, title, state, agent } = row
    const cells = [
      issue === null ? '' : showRef(issue, repository),
      plainLine(title, detail.title),
      states[state],
      pull === null ? '' : `${showRef(pull, repository)} ${pull.state}`,
      plainLine(agent, 40),
      noteOf(row, refs, detail.note),
    ]
    return `| ${cells.join(' | ')} |`
  })
}

function noteOf(row: DashboardRow, refs: ReadonlyMap<string, string>, max: number): string {
  const { wait, error } = row
  if (wait !== null) {
    // What it waits for is named by its issue where it has one.
    const subjects = wait.subject.slice(0, 1000).split(/,\s*/)
    const names = subjects.slice(0, 5).map((one) => refs.get(one) ?? plainLine(one, max))
    const more = subjects.length > 5 ? `, ${subjects.length - 5} more` : ''
    return `${waits[wait.reason]} ${names.join(', ')}${more}`
  }
  if (error === null) return ''
  return [plainLine(error.code, 40), plainLine(error.message, max)].filter(Boolean).join(': ')
}

function shortRow({ issue, pull, task }: DashboardRow, { repository }: DashboardView): string {
  const name = issue === null ? plainLine(task, 60) : showRef(issue, repository)
  return pull === null ? name : `${name} (${showRef(pull, repository)})`
}

/** As many rows as there is room for, those at work or in trouble first; the others are counted. */
function shortTable(view: DashboardView, room: number): readonly string[] {
  const urgency: readonly TaskState[] = [
    'failed',
    'running',
    'parked',
    'admitted',
    'ready',
    'waiting',
  ]
  const open = urgency.flatMap((state) => view.rows.filter((row) => row.state === state))
  const lines: string[] = []
  let left = room - tableHead.join('\n').length
  const most = open.slice(0, longestBody / shortestRow)
  for (const line of rowsOf(view, most, { title: 20, note: 20, collapsed: ended })) {
    left -= line.length + 1
    if (left < 0) break
    lines.push(line)
  }
  const missing = view.rows.length - lines.length
  return [[...tableHead, ...lines].join('\n'), `${missing} more are counted above, not listed.`]
}
