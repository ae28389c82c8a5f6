/** How many letters to insert, drop, replace or swap with their neighbour. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swaps = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      const swapped = swaps ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1))
    }
  }
  return at(from.length, to.length)
}

/** The name that was probably meant: one that begins so, or differs in a third of its letters. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const wanted = given.toLowerCase().slice(0, 100)
  const begun = names.find((name) => wanted.length > 2 && name.toLowerCase().startsWith(wanted))
  if (begun !== undefined) return begun
  const ranked = names
    .map((name) => ({ name, distance: distance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  if (best === undefined || best.distance > Math.max(1, best.name.length / 3)) return undefined
  return best.name
}
