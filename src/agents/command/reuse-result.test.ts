import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contextOf, outputOf, Scratch, taskOf } from './scratch-repository.test.ts'

test('the fingerprint follows the command, the base and the work built on, not the run', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const agent = scratch.agent('echo x > "$MANIPLE_TASK_ID"')
  const [one, two] = [taskOf('a'), taskOf('a', { runId: 'run2' })]
  const print = await agent.fingerprint(one)
  assert.equal(await agent.fingerprint(two), print)
  assert.notEqual(await scratch.agent('other').fingerprint(one), print)
  const { output } = await agent.perform(one, contextOf())
  const dependencies = [{ taskId: 'a', output }]
  assert.notEqual(await agent.fingerprint(taskOf('b', { dependencies })), print)
  scratch.commit({ a: '2' })
  assert.equal(await agent.fingerprint(one), print)
  assert.notEqual(await agent.fingerprint(taskOf('a', { runId: 'run3' })), print)
})

test('takes an earlier result over as a branch of the new run', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const agent = scratch.agent('echo x > "$MANIPLE_TASK_ID"')
  const outputs = await Promise.all(
    ['a', 'b'].map(async (id) => (await agent.perform(taskOf(id), contextOf())).output),
  )
  const dependencies = outputs.map((output, index) => ({ taskId: ['a', 'b'][index] ?? '', output }))
  const { output } = await agent.perform(taskOf('c', { dependencies }), contextOf())
  const again = taskOf('c', { dependencies, runId: 'run2' })
  const taken = outputOf(await agent.reuse(again, output, contextOf()))
  assert.equal(taken.branch, 'maniple/run2/task/c')
  assert.equal(taken.commit, outputOf(output).commit)
  assert.equal(scratch.git('rev-parse', taken.branch), taken.commit)
  assert.deepEqual(scratch.clones(), [])
})

test('refuses what began elsewhere, is gone, foreign, or came too late', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const agent = scratch.agent('echo x > new')
  const { output } = await agent.perform(taskOf('a'), contextOf())
  const again = taskOf('a', { runId: 'run2' })
  assert.equal(await agent.reuse(again, { text: 'of a model' }, contextOf()), null)
  const absent = { ...output, commit: '1'.repeat(40) }
  assert.equal(await agent.reuse(again, absent, contextOf()), null)
  const other = taskOf('a', { runId: 'run2', dependencies: [{ taskId: 'a', output }] })
  assert.equal(await agent.reuse(other, output, contextOf()), null)
  const lost = contextOf({ stillOurs: async () => false })
  await assert.rejects(agent.reuse(again, output, lost), { code: 'cancelled' })
  assert.ok(!scratch.branches().includes('refs/heads/maniple/run2/task/a'))
  scratch.git('update-ref', '-d', 'refs/heads/maniple/run1/task/a')
  scratch.git('reflog', 'expire', '--expire=now', '--all')
  scratch.git('gc', '--quiet', '--prune=now')
  assert.equal(await agent.reuse(again, output, contextOf()), null)
})
