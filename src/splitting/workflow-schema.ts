import * as z from 'zod'
import { Complexity, Priority } from '../contracts/index.ts'
import { isList } from './is-list.ts'

// Every `error` says what was expected; describe-issues.ts adds the place and what was got.

const text = z.string({ error: 'a text' }).trim().min(1, { error: 'a text that is not empty' })
const optionalText = text.nullish()

// One issue for a whole list, so that a hostile list of a million numbers stays cheap.
const idList = z
  .custom<readonly string[]>(
    (value) =>
      isList(value) && value.every((entry) => typeof entry === 'string' && entry.trim() !== ''),
    { error: 'a list of ids' },
  )
  .nullish()

const lowerCased = (value: unknown) =>
  typeof value === 'string' ? value.trim().toLowerCase() : value
const priority = z
  .preprocess(lowerCased, z.enum(Priority.options, { error: 'critical, high, medium or low' }))
  .nullish()
const complexity = z
  .preprocess(lowerCased, z.enum(Complexity.options, { error: 'low, medium or high' }))
  .nullish()
const minutes = z
  .number({ error: 'a number of minutes' })
  .positive({ error: 'minutes above 0' })
  .max(10_080, { error: 'minutes of at most 10080 (a week)' })
  .nullish()

const work = {
  agentType: optionalText,
  language: optionalText,
  title: optionalText,
  name: optionalText,
  task: optionalText,
  prompt: optionalText,
  description: optionalText,
  operation: optionalText,
  priority,
  complexity,
  estimateMinutes: minutes,
}

const itemConfig = z.looseObject(work, { error: 'an object' })

const item = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z.looseObject(
    {
      ...work,
      id: optionalText,
      type: optionalText,
      agent: optionalText,
      dependencies: idList,
      dependsOn: idList,
      config: itemConfig.nullish(),
    },
    { error: 'a text or an object' },
  ),
)
export type WorkItem = z.infer<typeof item>

const itemList = (what: string) => z.array(item, { error: `a list of ${what}` }).nullish()

const config = z.looseObject(
  {
    ...work,
    components: itemList('components'),
    testTypes: itemList('test types'),
    sources: itemList('sources'),
    subTasks: itemList('sub-tasks'),
    tasks: itemList('tasks'),
  },
  { error: 'an object' },
)
export type NodeConfig = z.infer<typeof config>

export const WorkflowNode = z.looseObject(
  {
    id: text,
    type: z.enum(['agent', 'parallel'], { error: '"agent" or "parallel"' }),
    dependsOn: idList,
    dependencies: idList,
    config: config.nullish(),
  },
  { error: 'a node: an object with id, type and config' },
)
export type WorkflowNode = z.infer<typeof WorkflowNode>

const WorkerTemplateInput = z.looseObject(
  {
    runner: z
      .string({ error: 'a text' })
      .trim()
      .min(1, { error: 'a text that is not empty' })
      .max(200, { error: 'a text of at most 200 characters' })
      .nullish(),
    timeout: z
      .number({ error: 'a number of minutes' })
      .positive({ error: 'minutes above 0' })
      .max(1_440, { error: 'minutes of at most 1440 (a day)' })
      .nullish(),
    retries: z
      .int({ error: 'a whole number' })
      .min(0, { error: 'a whole number from 0 to 10' })
      .max(10, { error: 'a whole number from 0 to 10' })
      .nullish(),
    cache: z.boolean({ error: 'true or false' }).nullish(),
  },
  { error: 'an object with runner, timeout, retries and cache' },
)

export const WorkflowHead = z.looseObject(
  {
    title: optionalText,
    name: optionalText,
    description: optionalText,
    nodes: z
      .array(z.unknown(), { error: 'a list of nodes' })
      .min(1, { error: 'at least one node' }),
    workerTemplate: WorkerTemplateInput.nullish(),
  },
  { error: 'an object with a list "nodes"' },
)
export type WorkflowHead = z.infer<typeof WorkflowHead>

export const knownKeys = {
  workflow: new Set(Object.keys(WorkflowHead.shape)),
  template: new Set(Object.keys(WorkerTemplateInput.shape)),
  node: new Set(Object.keys(WorkflowNode.shape)),
  item: new Set([
    ...Object.keys(work),
    'id',
    'type',
    'agent',
    'dependencies',
    'dependsOn',
    'config',
  ]),
  config: new Set(Object.keys(config.shape)),
  itemConfig: new Set(Object.keys(work)),
} as const
