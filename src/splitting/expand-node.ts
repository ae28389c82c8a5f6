import { classifyTask } from './classify-task.ts'
import { cleanText, cutText, oneLine } from './clean-text.ts'
import { expandItem, listKinds, references, settingLines } from './expand-item.ts'
import { inputError, showPath } from './input-error.ts'
import type { DraftTask, GivenId, Section } from './outline.ts'
import { knownKeys, type NodeConfig, type WorkflowNode, type WorkItem } from './workflow-schema.ts'

const maxContextLength = 2_000

type NodePlace = { readonly node: WorkflowNode; readonly index: number; readonly firstTask: number }

export type ExpandedNode = {
  readonly section: Section
  readonly tasks: readonly DraftTask[]
  readonly givenIds: readonly GivenId[]
}

/** One node of a workflow as a section and its micro-tasks. */
export function expandNode(place: NodePlace): ExpandedNode {
  const { node, index, firstTask } = place
  const config: NodeConfig = node.config ?? {}
  const path = ['nodes', index]
  const tasks: DraftTask[] = []
  const givenIds: GivenId[] = []
  for (const { key, steps } of listKinds) {
    for (const [position, item] of listOf(config, key).entries()) {
      const itemPath = [...path, 'config', key, position]
      const from = firstTask + tasks.length
      const own = { item, path: itemPath, section: index, config, steps, firstIndex: from }
      tasks.push(...expandItem(own))
      if (item.id)
        givenIds.push(givenId({ id: item.id, path: itemPath, from, to: firstTask + tasks.length }))
    }
  }
  if (tasks.length === 0) tasks.push(wholeNode(node, config, index))
  const range = { from: firstTask, to: firstTask + tasks.length }
  const nodeId = { ...givenId({ id: node.id, path, ...range }), section: index }
  return {
    section: sectionOf(node, config, { range, path }),
    tasks,
    givenIds: [nodeId, ...givenIds],
  }
}

function listOf(config: NodeConfig, key: (typeof listKinds)[number]['key']): readonly WorkItem[] {
  return config[key] ?? []
}

function givenId(given: { id: string; path: readonly PropertyKey[]; from: number; to: number }) {
  const tasks = { from: given.from, to: given.to }
  return { id: given.id, place: showPath([...given.path, 'id']), section: null, tasks }
}

type SectionPlace = { readonly range: Section['tasks']; readonly path: readonly PropertyKey[] }

function sectionOf(node: WorkflowNode, config: NodeConfig, { range, path }: SectionPlace): Section {
  const named = [
    ['Node', node.id],
    ['Agent type', config.agentType],
    ['Language', config.language],
    ['Operation', config.operation],
  ] as const
  const facts = named.flatMap(([label, value]) =>
    value ? [`${label}: ${oneLine(value, 200)}`] : [],
  )
  const texts = [config.title ?? config.name, config.task, config.prompt, config.description]
  const context = new Set(texts.flatMap((text) => (text ? [cleanText(text)] : [])))
  return {
    name: node.id,
    facts: [...facts, ...settingLines(config, knownKeys.config)],
    context: isWhole(config) ? '' : cutText([...context].join('\n'), maxContextLength),
    dependencies: [
      ...references(node.dependsOn, [...path, 'dependsOn']),
      ...references(node.dependencies, [...path, 'dependencies']),
    ],
    tasks: range,
  }
}

function isWhole(config: NodeConfig): boolean {
  return listKinds.every(({ key }) => listOf(config, key).length === 0)
}

/** A node without lists is one task; one whose only list is empty holds no work and is refused. */
function wholeNode(node: WorkflowNode, config: NodeConfig, section: number): DraftTask {
  const own = config.title ?? config.task ?? config.name ?? config.prompt ?? config.operation
  const said = own ?? config.description
  const place = ['nodes', section, 'config']
  const empty = listKinds.find(({ key }) => config[key]?.length === 0)
  if (empty !== undefined && said === undefined) {
    throw inputError(
      'input_invalid',
      `${showPath([...place, empty.key])}: expected at least one entry, got an empty list.`,
    )
  }
  if (node.type === 'parallel' && empty === undefined) {
    throw inputError(
      'input_invalid',
      `${showPath([...place, 'tasks'])}: expected a list of tasks, got nothing.`,
    )
  }
  const title = oneLine(said ?? node.id, 200)
  const texts = [config.task, config.prompt, config.description]
  const distinct = new Set(texts.flatMap((text) => (text ? [cleanText(text).trim()] : [])))
  distinct.delete(title)
  const text = cutText([...distinct].join('\n\n'), 20_000)
  return {
    ...classifyTask({
      step: 'task',
      text: said === undefined || said === null ? '' : `${title} ${text}`,
      agentType: config.agentType ?? node.id,
      complexity: config.complexity,
      estimateMinutes: config.estimateMinutes,
    }),
    section,
    component: null,
    step: 'task',
    givenId: null,
    ownName: null,
    title: title === '' ? 'Task' : title,
    text,
    facts: [],
    priority: config.priority ?? 'medium',
    dependencies: [],
    after: [],
  }
}
