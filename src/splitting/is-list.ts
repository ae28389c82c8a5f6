import type { Json } from '../shared/index.ts'

/** `Array.isArray` without its `any`: nothing is known of the entries. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** The entries of a list of JSON; none of anything else. */
export function jsonEntries(value: Json | undefined): readonly Json[] {
  return isJsonList(value) ? value : []
}

function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
