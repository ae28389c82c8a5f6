import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../shared/index.ts'
import { closingOf, contextOf, outputOf, Scratch, taskOf } from './scratch-repository.test.ts'

type Report = {
  combined: {
    branch: string
    commit: string
    merged: { task: string }[]
    conflicts: { task: string; title: string; files: string[]; with: string[] }[]
    noChanges: { task: string }[]
    unfinished: { task: string; state: string }[]
  }
  check: { passed: boolean; exitCode: number; outputTail: string } | null
  uncommittedLeftOut: boolean
  note: string | null
}

const writesOwnFile = 'echo "$MANIPLE_TASK_ID" > "$MANIPLE_TASK_ID.txt"'

async function perform(scratch: Scratch, command: string, ids: readonly string[]) {
  const outputs: Record<string, JsonObject> = {}
  for (const id of ids) {
    outputs[id] = (await scratch.agent(command).perform(taskOf(id), contextOf())).output
  }
  return outputs
}

async function close(
  scratch: Scratch,
  tasks: Parameters<typeof closingOf>[0],
  check?: string,
): Promise<{ ok: boolean; report: Report }> {
  const agent = scratch.agent('true', { check })
  const { ok, report } = (await agent.close?.(closingOf(tasks), contextOf())) ?? {}
  return { ok: ok === true, report: JSON.parse(JSON.stringify(report)) }
}

test('combines the finished branches, checks the whole, and does so again alike', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  scratch.write('mine', 'uncommitted')
  const before = scratch.snapshot()
  const outputs = await perform(scratch, writesOwnFile, ['c', 'b', 'a'])
  const none = await perform(scratch, 'true', ['n'])
  const tasks = [
    ...['c', 'b', 'a'].map((taskId) => ({ taskId, output: outputs[taskId] ?? null })),
    { taskId: 'n', output: none.n ?? null },
    { taskId: 'x', state: 'failed' as const, output: null },
    { taskId: 'y', state: 'skipped' as const, output: null, dependsOn: ['x'] },
  ]
  const check = 'ls; test -e a.txt -a -e b.txt -a -e c.txt -a ! -e mine'
  const { ok, report } = await close(scratch, tasks, check)
  assert.deepEqual(scratch.snapshot(), before)
  assert.equal(ok, true)
  assert.equal(report.combined.branch, 'maniple/run1/combined')
  assert.equal(scratch.git('rev-parse', 'maniple/run1/combined'), report.combined.commit)
  assert.deepEqual(
    report.combined.merged.map(({ task }) => task),
    ['a', 'b', 'c'],
  )
  assert.deepEqual(report.combined.noChanges, [{ task: 'n', title: 'Do n' }])
  assert.deepEqual(
    report.combined.unfinished.map(({ task, state }) => [task, state]),
    [
      ['x', 'failed'],
      ['y', 'skipped'],
    ],
  )
  assert.equal(report.check?.passed, true)
  assert.match(report.check?.outputTail ?? '', /a\.txt\nb\.txt/u)
  assert.equal(report.uncommittedLeftOut, true)
  assert.match(report.note ?? '', /^1 uncommitted file in .* left out/u)
  const again = await close(scratch, tasks.toReversed(), check)
  assert.equal(again.report.combined.commit, report.combined.commit)
  assert.deepEqual(scratch.clones(), [])
})

test('reports conflicts by task and file, leaves that branch out, and is not ok', async () => {
  using scratch = new Scratch()
  scratch.commit({ shared: 'line\n', 'un related': 'x\n' })
  const outputs = await perform(scratch, `echo "$MANIPLE_TASK_ID" > shared`, ['a', 'b'])
  Object.assign(outputs, await perform(scratch, writesOwnFile, ['c']))
  const tasks = ['a', 'b', 'c'].map((taskId) => ({ taskId, output: outputs[taskId] ?? null }))
  const { ok, report } = await close(scratch, tasks, 'true')
  assert.equal(ok, false)
  assert.deepEqual(report.combined.conflicts, [
    { task: 'b', title: 'Do b', files: ['shared'], with: ['a'] },
  ])
  assert.deepEqual(
    report.combined.merged.map(({ task }) => task),
    ['a', 'c'],
  )
  assert.equal(scratch.show('maniple/run1/combined:shared'), 'a')
  assert.equal(scratch.show('maniple/run1/combined:c.txt'), 'c')
  assert.equal(report.check?.passed, true)
})

test('a failing check makes the whole not ok, and its branch stays to be looked at', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const outputs = await perform(scratch, writesOwnFile, ['a'])
  const tasks = [{ taskId: 'a', output: outputs.a ?? null }]
  const { ok, report } = await close(
    scratch,
    tasks,
    'echo broken; git tag evil; rm -rf .git; exit 7',
  )
  assert.equal(ok, false)
  assert.deepEqual([report.check?.passed, report.check?.exitCode], [false, 7])
  assert.match(report.check?.outputTail ?? '', /broken/u)
  assert.equal(scratch.git('tag'), '')
  assert.equal(scratch.show('maniple/run1/combined:a.txt'), 'a')
})

test('nothing finished: the combined branch is the base and nothing is checked', async () => {
  using scratch = new Scratch()
  const base = scratch.commit({ a: '1' })
  const { ok, report } = await close(scratch, [{ taskId: 'a', state: 'failed' }], 'exit 1')
  assert.equal(ok, true)
  assert.equal(report.combined.commit, base)
  assert.equal(report.check, null)
})

test('a closing that lost its fence publishes nothing', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const agent = scratch.agent('true')
  const lost = contextOf({ stillOurs: async () => false })
  await assert.rejects(async () => agent.close?.(closingOf([]), lost), { code: 'cancelled' })
  assert.deepEqual(scratch.branches(), ['refs/heads/maniple/run1/base'])
})

test('a dependant starts from its dependencies, merged', async () => {
  using scratch = new Scratch()
  const base = scratch.commit({ a: '1' })
  const outputs = await perform(scratch, writesOwnFile, ['d1', 'd2'])
  Object.assign(outputs, await perform(scratch, 'true', ['d3']))
  const dependencies = ['d1', 'd2', 'd3'].map((taskId) => ({
    taskId,
    output: outputs[taskId] ?? {},
  }))
  const command = 'cat d1.txt d2.txt > both.txt; cat > prompt.txt'
  const task = taskOf('e', {
    dependencies: [...dependencies, { taskId: 'm', output: { text: 'hi' } }],
  })
  const both = outputOf((await scratch.agent(command).perform(task, contextOf())).output)
  assert.equal(scratch.show(`${both.branch}:both.txt`), 'd1\nd2')
  assert.match(
    scratch.show(`${both.branch}:prompt.txt`),
    /\[data (\w+)\]\nd1: .*m: .*"hi".*\[end of data \1\]/su,
  )
  assert.deepEqual(both.files, ['both.txt', 'prompt.txt'])
  assert.equal(both.base, base)
  // The same merge at another time is the same commit.
  const again = outputOf((await scratch.agent(command).perform(task, contextOf())).output)
  assert.equal(again.start, both.start)
  const single = taskOf('f', { dependencies: dependencies.slice(0, 1) })
  const one = outputOf((await scratch.agent('true').perform(single, contextOf())).output)
  assert.equal(one.start, outputs.d1?.commit)
  assert.equal(one.noChanges, true)
})

test('dependencies that conflict fail the dependant at once, naming files and both tasks', async () => {
  using scratch = new Scratch()
  scratch.commit({ shared: 'x\n' })
  const outputs = await perform(scratch, 'echo "$MANIPLE_TASK_ID" > shared', ['d1', 'd2'])
  const dependencies = Object.entries(outputs).map(([taskId, output]) => ({ taskId, output }))
  const work = scratch.agent('true').perform(taskOf('e', { dependencies }), contextOf())
  await assert.rejects(work, {
    code: 'merge_conflict',
    isRetryable: false,
    message: /the work of d1 and d2 conflicts in shared/u,
  })
  assert.deepEqual(scratch.clones(), [])
})

test('a conflicting branch that came in with its dependant counts as merged', async () => {
  using scratch = new Scratch()
  scratch.commit({ shared: 'x\n' })
  const outputs = await perform(scratch, 'echo "$MANIPLE_TASK_ID" > shared', ['a', 'b'])
  const { commit: other = '' } = outputs.b ?? {}
  const resolving = scratch.agent(`git merge -q --no-edit -s ours ${other}; echo z > z`)
  const dependencies = [{ taskId: 'a', output: outputs.a ?? {} }]
  const resolved = await resolving.perform(taskOf('c', { dependencies }), contextOf())
  const { ok, report } = await close(scratch, [
    { taskId: 'a', output: outputs.a ?? null },
    { taskId: 'b', output: outputs.b ?? null },
    { taskId: 'c', output: resolved.output, dependsOn: ['a'] },
  ])
  assert.equal(ok, true)
  assert.deepEqual(report.combined.conflicts, [])
  assert.equal(report.combined.merged.length, 3)
  assert.equal(scratch.show('maniple/run1/combined:shared'), 'a')
})
