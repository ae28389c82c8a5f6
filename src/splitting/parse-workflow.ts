import type * as z from 'zod'
import type { WorkerTemplate } from '../contracts/index.ts'
import type { Json, JsonObject } from '../shared/index.ts'
import { checkValue, tooManyTasks } from './check-input.ts'
import { cleanText, cutText, oneLine } from './clean-text.ts'
import { describeIssues } from './describe-issues.ts'
import { listKinds } from './expand-item.ts'
import { expandNode } from './expand-node.ts'
import { describeValue, inputError, listSome, showPath, thousands } from './input-error.ts'
import { jsonEntries } from './is-list.ts'
import {
  type DraftTask,
  type GivenId,
  noWorkerTemplate,
  type Outline,
  type Section,
  type SplitLimits,
} from './outline.ts'
import { knownKeys, WorkflowHead, WorkflowNode } from './workflow-schema.ts'

/** Takes a workflow apart. Throws `input_invalid` or `input_too_large`, naming the place. */
export function parseWorkflow(input: Json, limits: SplitLimits): Outline {
  checkValue(input, limits)
  const nodes = isObject(input) ? jsonEntries(input.nodes) : []
  checkCount(nodes, limits)
  const head = parseHead(input)
  const parsed = parseNodes(head.nodes)
  const sections: Section[] = []
  const tasks: DraftTask[] = []
  const givenIds: GivenId[] = []
  for (const [index, node] of parsed.entries()) {
    const expanded = expandNode({ node, index, firstTask: tasks.length })
    sections.push(expanded.section)
    for (const task of expanded.tasks) tasks.push(task)
    for (const given of expanded.givenIds) givenIds.push(given)
  }
  const named = head.title ?? head.name
  return {
    title:
      oneLine(
        named ??
          parsed
            .map((node) => node.id)
            .slice(0, 50)
            .join(', '),
        200,
      ) || 'Workflow',
    context: cutText(cleanText(head.description ?? ''), 2_000),
    sections,
    tasks,
    givenIds,
    workerTemplate: workerTemplateOf(head),
    notes: unknownKeys(input),
  }
}

/** Counts before anything is built: what is refused must be refused fast. */
function checkCount(nodes: readonly Json[], limits: SplitLimits): void {
  let count = 0
  for (const node of nodes) {
    const config = isObject(node) && isObject(node.config) ? node.config : {}
    let own = 0
    for (const { key, steps } of listKinds) {
      own += jsonEntries(config[key]).length * steps.length
    }
    count += Math.max(own, 1)
  }
  if (count > limits.maxTasks) throw tooManyTasks('nodes', count, limits.maxTasks)
}

function parseHead(input: Json): WorkflowHead {
  const head = WorkflowHead.safeParse(input)
  if (head.success) return head.data
  if (isObject(input) && Array.isArray(input.workloads)) {
    throw inputError(
      'input_invalid',
      'nodes: expected a list of nodes, got nothing. An input with "workloads" is one to orchestrate, not to split.',
    )
  }
  if (!isObject(input)) {
    throw inputError(
      'input_invalid',
      `input: expected an object with a list "nodes", or a Markdown text, got ${describeValue(input)}.`,
    )
  }
  throw describeIssues(head.error.issues, input)
}

const maxIssues = 20

function parseNodes(nodes: readonly unknown[]): WorkflowNode[] {
  const parsed: WorkflowNode[] = []
  for (const [index, node] of nodes.entries()) {
    const result = WorkflowNode.safeParse(node)
    if (result.success) parsed.push(result.data)
    else throw allIssues(nodes, index)
  }
  return parsed
}

/** The issues of the first bad node and of those after it, until there are enough for a message. */
function allIssues(nodes: readonly unknown[], from: number): Error {
  const issues: z.core.$ZodIssue[] = []
  for (let index = from; index < nodes.length && issues.length < maxIssues; index += 1) {
    const result = WorkflowNode.safeParse(nodes[index])
    if (result.success) continue
    for (const issue of result.error.issues.slice(0, maxIssues)) {
      issues.push({ ...issue, path: ['nodes', index, ...issue.path] })
    }
  }
  return describeIssues(issues, { nodes })
}

function workerTemplateOf(head: WorkflowHead): WorkerTemplate {
  const template = head.workerTemplate
  if (template === null || template === undefined) return noWorkerTemplate
  return {
    runner: template.runner ? oneLine(template.runner, 200) : null,
    timeoutMs: template.timeout ? Math.max(1, Math.round(template.timeout * 60_000)) : null,
    retries: template.retries ?? null,
    cache: template.cache ?? false,
  }
}

const maxNotedKeys = 20

/** A misspelt key does no harm to the others, but a person should hear of it. */
function unknownKeys(input: Json): string[] {
  if (!isObject(input)) return []
  const found = extraKeys(input, [], knownKeys.workflow)
  found.push(...extraKeys(input.workerTemplate, ['workerTemplate'], knownKeys.template))
  const nodes = jsonEntries(input.nodes)
  for (const [index, node] of nodes.entries()) {
    found.push(...extraKeys(node, ['nodes', index], knownKeys.node))
    if (isObject(node) && isObject(node.config)) found.push(...itemKeys(node.config, index))
  }
  if (found.length === 0) return []
  const left = found.length - maxNotedKeys
  const rest = left > 0 ? `, and ${thousands(left)} more` : ''
  return [
    `Keys without a meaning here were ignored: ${listSome(found.slice(0, maxNotedKeys))}${rest}.`,
  ]
}

function itemKeys(config: JsonObject, node: number): string[] {
  return listKinds.flatMap(({ key }) => {
    return jsonEntries(config[key]).flatMap((item, index) =>
      extraKeys(item, ['nodes', node, 'config', key, index], knownKeys.item),
    )
  })
}

function extraKeys(
  value: Json | undefined,
  path: readonly PropertyKey[],
  known: ReadonlySet<string>,
): string[] {
  if (!isObject(value)) return []
  const extra = Object.keys(value).filter((key) => !known.has(key))
  return extra.map((key) => showPath([...path, key]))
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
