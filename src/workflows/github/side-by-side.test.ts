import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { sideBySide } from './side-by-side.ts'

test('all items are worked on, never more than so many at once', async () => {
  const begun: number[] = []
  let open = 0
  let most = 0
  const isGoingOn = await sideBySide([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item)
    open += 1
    most = Math.max(most, open)
    await turn()
    open -= 1
    return true
  })
  assert.deepEqual([begun, most, isGoingOn], [[1, 2, 3, 4, 5], 2, true])
})

test('after a stop or a failure nothing more is begun, and what is under way is waited for', async () => {
  const begun: number[] = []
  const stop = async (item: number): Promise<boolean> => {
    begun.push(item)
    await turn()
    return item !== 2
  }
  assert.equal(await sideBySide([1, 2, 3, 4, 5, 6], 1, stop), false)
  assert.deepEqual(begun, [1, 2])
  const ended: number[] = []
  const fail = async (item: number): Promise<boolean> => {
    if (item === 1) throw new Error('one')
    await turn()
    ended.push(item)
    return true
  }
  await assert.rejects(sideBySide([1, 2, 3, 4], 2, fail), /^Error: one$/)
  assert.deepEqual(ended, [2])
})
