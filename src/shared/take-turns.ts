import { setImmediate as nextTurn } from 'node:timers/promises'

/** Others notice a pause from about 50 ms. */
const mostMs = 20

/**
 * `work` on one item after the other, letting others have their turn in between. What it works out
 * must not depend on anything that they may change.
 */
export async function inTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => void,
): Promise<void> {
  let since = performance.now()
  for (const [index, item] of items.entries()) {
    work(item, index)
    if (performance.now() - since < mostMs) continue
    await nextTurn()
    since = performance.now()
  }
}

/** `map` over one item after the other, as `inTurns` does. */
export async function mapInTurns<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => R,
): Promise<R[]> {
  const mapped: R[] = []
  await inTurns(items, (item, index) => void mapped.push(map(item, index)))
  return mapped
}
