const maxCandidates = 20_000
const maxLength = 60

/** The known name that is nearest to a wrong one, when it is near enough to be a slip. */
export function suggestName(wrong: string, known: readonly string[]): string | null {
  if (wrong.length > maxLength) return null
  const allowed = Math.min(3, Math.max(1, Math.floor(wrong.length / 3)))
  const lowered = wrong.toLowerCase()
  let best: string | null = null
  let bestDistance = allowed + 1
  let looked = 0
  for (const name of known) {
    looked += 1
    if (looked > maxCandidates) break
    if (Math.abs(name.length - wrong.length) >= bestDistance) continue
    const distance = editDistance(lowered, name.toLowerCase())
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein's distance. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
