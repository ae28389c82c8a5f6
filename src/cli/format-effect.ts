import type { Effect, EffectRecord, EffectSummary, GatePause } from '../contracts/index.ts'
import { formatTable } from './format-table.ts'
import { type Look, styledLine } from './styled-line.ts'
import { fit, safeText } from './terminal-text.ts'

/** What a person reads before a decision; more of a text is in `--json`. */
const mostLines = 200
const widestLine = 500

const minutes = (time: string): string => `${time.slice(0, 16).replace('T', ' ')}Z`

function pauseLine({ repository, by, reason }: GatePause): string {
  const where = repository === null ? 'The gate is' : `${safeText(repository)} is`
  const why = reason === '' ? 'no reason given' : safeText(reason)
  return `${where} paused by ${safeText(by)}: ${why}`
}

type EffectList = {
  readonly effects: readonly EffectSummary[]
  readonly pauses: readonly GatePause[]
  /** The command that shows one of them. */
  readonly show: string
}

/** A line an effect, newest first as given. */
export function formatEffectList({ effects, pauses, show }: EffectList, look: Look): string {
  const standing = pauses.map((pause) => styledLine([['yellow', pauseLine(pause)]], look))
  if (effects.length === 0) return [...standing, 'No such effects.'].join('\n')
  const cells = (cell: (effect: EffectSummary) => string) => effects.map((one) => cell(one))
  const table = formatTable(
    [
      { heading: 'EFFECT', cells: cells(({ id }) => safeText(id)) },
      { heading: 'STATE', cells: cells(({ state }) => state) },
      { heading: 'TYPE', cells: cells(({ type }) => safeText(type)) },
      { heading: 'REPOSITORY', cells: cells(({ repository }) => safeText(repository)), atMost: 30 },
      { heading: 'ASKED', cells: cells(({ askedAt }) => minutes(askedAt)) },
      {
        heading: 'OF',
        cells: cells(({ run, task }) => safeText([run, task].filter(Boolean).join('/')) || '-'),
        grows: true,
      },
    ],
    look,
  )
  const hint = styledLine([['dim', `To see what one would change: ${show}`]], look)
  return [...standing, ...table, hint].join('\n')
}

/** A text of the effect as lines that a terminal shows and does not obey. */
function quoted(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  const shown = lines.slice(0, mostLines).map((line) => `  | ${fit(safeText(line), widestLine)}`)
  const left = lines.length - mostLines
  return left > 0 ? [...shown, `  | (${left} more lines: --json)`] : shown
}

function field(name: string, value: unknown): readonly string[] {
  if (typeof value !== 'string') return [`${name}: ${safeText(JSON.stringify(value))}`]
  return value.includes('\n') || value.length > 100
    ? [`${name}:`, ...quoted(value)]
    : [`${name}: ${safeText(value)}`]
}

function changes(effect: Effect): readonly string[] {
  return Object.entries(effect).flatMap(([name, value]) => {
    if (name === 'type' || name === 'repository') return []
    if (name !== 'files' || effect.type !== 'branch.push') return field(name, value)
    return effect.files.flatMap(({ path, content }) =>
      content === null
        ? [`removes ${safeText(path)}`]
        : [`writes ${safeText(path)}:`, ...quoted(content)],
    )
  })
}

/** Everything of an effect that a decision needs. All texts in it are somebody's, and not trusted. */
export function formatEffect(record: EffectRecord): string {
  const { id, type, state, repository, run, task, reasons, error, decidedBy, askedAt } = record
  const of = [run, task].filter((part) => part !== null).join('/')
  return [
    `effect ${safeText(id)}: ${safeText(type)} in ${safeText(repository)}, ${state}`,
    `asked ${minutes(askedAt)}${of === '' ? '' : ` by run ${safeText(of)}`}`,
    ...(decidedBy === null ? [] : [`decided by ${safeText(decidedBy)}`]),
    ...(reasons.length === 0 ? [] : ['reasons:', ...reasons.map((one) => `  - ${safeText(one)}`)]),
    ...(error === null ? [] : [`error: ${safeText(error.message)} (${safeText(error.code)})`]),
    'what it changes:',
    ...changes(record.effect).map((line) => `  ${line}`),
  ].join('\n')
}
