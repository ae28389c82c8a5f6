/**
 * Keeps the values of a label few: the first `limit` different ones are themselves, all further ones
 * become `other`. Every value of a label is a series that a metrics server keeps for weeks.
 */
export function boundedLabel(limit: number): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (known.size >= limit) return 'other'
    known.add(value)
    return value
  }
}
