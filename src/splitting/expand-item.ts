import { classifyTask } from './classify-task.ts'
import { cleanText, cutText, oneLine } from './clean-text.ts'
import { inputError, showPath } from './input-error.ts'
import type { DraftTask, Reference, Step } from './outline.ts'
import { knownKeys, type NodeConfig, type WorkItem } from './workflow-schema.ts'

const maxTitleLength = 200
const maxTextLength = 20_000

/** The lists that a node's config may hold, and the steps that each entry of one becomes. */
export const listKinds = [
  {
    key: 'components',
    steps: ['implementation', 'tests', 'documentation', 'integration review'],
  },
  { key: 'testTypes', steps: ['test type'] },
  { key: 'sources', steps: ['ingest', 'validate'] },
  { key: 'subTasks', steps: ['sub-task'] },
  { key: 'tasks', steps: ['task'] },
] as const satisfies readonly { key: keyof NodeConfig; steps: readonly Step[] }[]

export type ItemPlace = {
  readonly item: WorkItem
  readonly path: readonly PropertyKey[]
  readonly section: number
  readonly config: NodeConfig
  readonly steps: readonly Step[]
  /** Index that the item's first task will have. */
  readonly firstIndex: number
}

/** The micro-tasks of one component, source, test type, sub-task or parallel task. */
export function expandItem(place: ItemPlace): DraftTask[] {
  const { item, path, section, steps } = place
  const name = nameOf(place)
  const stands = steps.length > 1
  const text = ownText(item, name)
  const facts = factsOf(item)
  const shared = {
    section,
    component: stands ? name : null,
    givenId: stands ? null : (item.id ?? null),
    text,
    facts,
    priority:
      item.priority ?? item.config?.priority ?? place.config.priority ?? ('medium' as const),
    dependencies: itemReferences(item, path),
  }
  return steps.map((step) => ({
    ...shared,
    ...classifyTask({
      step,
      text: `${name} ${text}`,
      agentType: agentTypeOf(place),
      complexity: item.complexity ?? item.config?.complexity ?? place.config.complexity,
      estimateMinutes: item.estimateMinutes ?? item.config?.estimateMinutes,
    }),
    step,
    ownName: stands ? `${item.id ?? name} ${step}` : name,
    title: oneLine(stands ? `${cutText(name, 170)}: ${step}` : name, maxTitleLength),
    // What is validated is what was taken in.
    after: step === 'validate' ? [place.firstIndex] : [],
  }))
}

function nameOf({ item, path }: ItemPlace): string {
  const { config } = item
  const own = item.title ?? item.task ?? item.name ?? item.prompt ?? item.operation
  const nested =
    config?.title ?? config?.task ?? config?.name ?? config?.prompt ?? config?.operation
  const last = item.description ?? config?.description ?? item.id ?? config?.agentType
  const name = oneLine(own ?? nested ?? last ?? '', maxTitleLength)
  if (name !== '') return name
  throw inputError(
    'input_invalid',
    `${showPath(path)}: expected a text under task, prompt, title or name, got nothing that says what to do.`,
  )
}

/** Everything the item says about itself beyond its name, in the input's order of importance. */
function ownText(item: WorkItem, name: string): string {
  const { config } = item
  const texts = [
    item.task,
    item.prompt,
    item.description,
    config?.task,
    config?.prompt,
    config?.description,
  ]
  const distinct = new Set(texts.flatMap((text) => (text ? [cleanText(text).trim()] : [])))
  distinct.delete(name)
  return cutText([...distinct].join('\n\n'), maxTextLength)
}

function factsOf(item: WorkItem): string[] {
  const { config } = item
  const named = [
    ['Language', item.language ?? config?.language],
    ['Operation', item.operation ?? config?.operation],
    ['Agent wanted', item.agent ?? item.agentType ?? config?.agentType],
  ] as const
  const facts = named.flatMap(([label, value]) =>
    value ? [`${label}: ${oneLine(value, maxTitleLength)}`] : [],
  )
  return [...facts, ...settingLines(config ?? {}, knownKeys.itemConfig)]
}

function agentTypeOf({ item, config }: ItemPlace): string {
  const isPlainType = item.type === 'agent' || item.type === 'parallel'
  const own = isPlainType ? null : item.type
  return own ?? item.agentType ?? item.config?.agentType ?? config.agentType ?? ''
}

function itemReferences(item: WorkItem, path: readonly PropertyKey[]): Reference[] {
  return [
    ...references(item.dependencies, [...path, 'dependencies']),
    ...references(item.dependsOn, [...path, 'dependsOn']),
  ]
}

export function references(
  names: readonly string[] | null | undefined,
  path: readonly PropertyKey[],
): Reference[] {
  return (names ?? []).map((name, index) => ({ name, place: showPath([...path, index]) }))
}

const maxSettingsLength = 2_000

/** Keys of a config that Maniple gives no meaning of its own, for the agent to read; bounded. */
export function settingLines(
  config: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): string[] {
  const lines: string[] = []
  let length = 0
  for (const [key, value] of Object.entries(config)) {
    if (known.has(key) || value === null || value === undefined) continue
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    const line = `${oneLine(key, 60)}: ${oneLine(text, 500)}`
    length += line.length
    if (length > maxSettingsLength) break
    lines.push(line)
  }
  return lines
}
