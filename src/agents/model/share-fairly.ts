/**
 * Divides `budget` over wants: the small get all they want, the large share the rest equally.
 * `[10, 500, 900]` of 410 becomes `[10, 200, 200]`.
 */
export function shareFairly(wants: readonly number[], budget: number): readonly number[] {
  const shares = wants.map(() => 0)
  const bySize = [...wants.entries()].sort(([, a], [, b]) => a - b)
  let left = budget
  for (const [rank, [index, want]] of bySize.entries()) {
    const share = Math.max(0, Math.min(want, Math.floor(left / (bySize.length - rank))))
    shares[index] = share
    left -= share
  }
  return shares
}
