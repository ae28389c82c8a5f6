/**
 * `work` on all items, a few at once, in their order; after the first that gives false no other is
 * begun. Rejects with the first failure, once none is under way.
 */
export async function sideBySide<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<boolean>,
): Promise<boolean> {
  const queue = items.values()
  let isGoingOn = true
  const take = async (): Promise<void> => {
    for (const item of queue) {
      if (!isGoingOn) return
      try {
        if (!(await work(item))) isGoingOn = false
      } catch (error) {
        isGoingOn = false
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, take))
  const failed = lanes.find((lane) => lane.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return isGoingOn
}
