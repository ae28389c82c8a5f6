import * as z from 'zod'
import { Config } from './config-schema.ts'

/** One setting: a leaf of the schema. */
export type ConfigKey = {
  /** Path in the file, such as `model.baseUrl`. */
  readonly key: string
  readonly env: string
  readonly secret: boolean
  /** What is accepted, in words. */
  readonly expected: string
  /** Texts from the environment and the command line are turned into this before they are judged. */
  readonly kind: 'text' | 'number' | 'json'
  readonly defaultText: string
  readonly meaning: string
}

// JSON Schema is Zod's documented way to look into a schema, and carries our metadata along.
const Node = z.looseObject({
  type: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.json().optional(),
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  env: z.string().optional(),
  secret: z.boolean().optional(),
  defaultText: z.string().optional(),
})
type Node = z.infer<typeof Node>

function range(node: Node): string {
  const above = node.exclusiveMinimum === undefined ? '' : ` above ${node.exclusiveMinimum}`
  const from = node.minimum === undefined ? above : ` from ${node.minimum}`
  const unbounded = node.maximum === undefined || node.maximum === Number.MAX_SAFE_INTEGER
  return unbounded ? from : `${from} to ${node.maximum}`
}

function expectation(node: Node): string {
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`
  if (node.type === 'integer') return `a whole number${range(node)}`
  if (node.type === 'number') return `a number${range(node)}`
  if (node.format === 'uri') return 'an http or https URL'
  if (node.type === 'boolean') return 'true or false'
  if (node.type === 'array') return 'a list'
  return node.type === 'object' ? 'a map of names' : 'text'
}

function kindOf(node: Node): ConfigKey['kind'] {
  if (node.type === 'integer' || node.type === 'number') return 'number'
  return ['object', 'array', 'boolean'].includes(node.type ?? '') ? 'json' : 'text'
}

function derivedEnvironmentName(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => `_${letter}`).replaceAll('.', '_')
  return `MANIPLE_${words.toUpperCase()}`
}

function leaf(key: string, node: Node): ConfigKey {
  const value = node.default === undefined ? 'none' : `\`${JSON.stringify(node.default)}\``
  return {
    key,
    env: node.env ?? derivedEnvironmentName(key),
    secret: node.secret ?? false,
    expected: expectation(node),
    kind: kindOf(node),
    defaultText: node.defaultText ?? value.replaceAll('"', ''),
    meaning: node.description ?? '',
  }
}

function leavesOf(path: string, value: unknown): ConfigKey[] {
  const node = Node.parse(value)
  if (node.properties === undefined) return [leaf(path, node)]
  return Object.entries(node.properties).flatMap(([name, child]) =>
    leavesOf(path === '' ? name : `${path}.${name}`, child),
  )
}

/** Every setting, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = leavesOf(
  '',
  z.toJSONSchema(Config, { io: 'input' }),
)
