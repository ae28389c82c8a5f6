import type { Schema } from './schema-library.ts'

type Kind = 'null' | 'string' | 'number' | 'boolean' | 'array' | 'object'

/**
 * Fields that every example has and the payload lacks, and fields whose kind no example shows.
 * Null stands for any kind. Fields that only some examples have, or none, are left to the schema.
 */
export function compareShape(
  payload: unknown,
  examples: readonly unknown[],
  path = '',
): readonly string[] {
  const kinds = new Set(examples.map(kindOf))
  const kind = kindOf(payload)
  if (kind === 'null' || kinds.has('null') || kinds.size === 0) {
    if (kind === 'null' || !kinds.has(kind)) return []
  }
  if (!kinds.has(kind)) return [`${path}: is ${kind}, in examples ${[...kinds].join(' or ')}`]
  const alike = examples.filter((example) => kindOf(example) === kind)
  if (Array.isArray(payload)) {
    const items = alike.flatMap((example) => (Array.isArray(example) ? example : []))
    return payload.slice(0, 1).flatMap((item) => compareShape(item, items, `${path}[]`))
  }
  if (!isObject(payload)) return []
  const objects = alike.filter(isObject)
  const names = new Set(objects.flatMap((object) => Object.keys(object)))
  return [...names].flatMap((name) => {
    const values = objects.filter((object) => name in object).map((object) => object[name])
    if (name in payload) return compareShape(payload[name], values, `${path}.${name}`)
    return values.length === objects.length ? [`${path}.${name}: is missing`] : []
  })
}

const isObject = (value: unknown): value is Schema => kindOf(value) === 'object'

function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}
