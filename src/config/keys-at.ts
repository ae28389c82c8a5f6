import * as z from 'zod'
import { Config } from './config-schema.ts'

// As in config-keys.ts: JSON Schema is Zod's documented way to look into a schema.
const Node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
})
type Node = z.infer<typeof Node>

const root = z.toJSONSchema(Config, { io: 'input', reused: 'inline' })

/** The keys that the map at a path of the configuration may have; of a union, for the value given. */
export function keysAt(path: readonly PropertyKey[], value: unknown): readonly string[] {
  const nodes = path.reduce<readonly Node[]>(
    (all, name) => all.flatMap((node) => inner(node, name)),
    options(root),
  )
  const [first] = nodes
  const chosen = nodes.find((node) => isOf(node, value)) ?? first
  return Object.keys(chosen?.properties ?? {})
}

function inner(node: Node, name: PropertyKey): readonly Node[] {
  if (typeof name === 'number') return options(node.items)
  return options(node.properties?.[String(name)] ?? node.additionalProperties)
}

function options(value: unknown): readonly Node[] {
  const node = Node.safeParse(value).data
  if (node === undefined) return []
  const choices = node.anyOf ?? node.oneOf
  return choices === undefined ? [node] : choices.flatMap(options)
}

/** Every fixed value that the option demands is the one that was given. */
function isOf({ properties = {} }: Node, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const fixed = Object.entries(properties).flatMap(([name, property]) => {
    const demanded = Node.safeParse(property).data?.const
    return demanded === undefined ? [] : [{ name, demanded }]
  })
  return (
    fixed.length > 0 && fixed.every(({ name, demanded }) => Reflect.get(value, name) === demanded)
  )
}
