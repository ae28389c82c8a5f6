import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { contextOf, outputOf, Scratch, taskOf } from './scratch-repository.test.ts'

test('publishes the work as one commit on the task branch and leaves the rest alone', async () => {
  using scratch = new Scratch()
  const base = scratch.commit({ 'README.md': 'hello\n', '.gitignore': '*.log\n' })
  scratch.git('tag', 'v1')
  scratch.write('README.md', 'uncommitted\n')
  scratch.write('untracked.txt', 'mine\n')
  const before = scratch.snapshot()
  const agent = scratch.agent(
    'cat > out.txt; echo noise > x.log; rm -f gone; echo done; echo no >&2',
  )
  const { output, simulated, cost } = await agent.perform(
    taskOf('a', { title: 'Write "it"\nnow' }),
    contextOf(),
  )
  assert.deepEqual(scratch.snapshot(), before)
  const given = outputOf(output)
  assert.equal(simulated, false)
  assert.deepEqual(cost, {})
  assert.deepEqual(scratch.branches(), [
    'refs/heads/maniple/run1/base',
    'refs/heads/maniple/run1/task/a',
  ])
  assert.equal(given.branch, 'maniple/run1/task/a')
  assert.equal(scratch.git('rev-parse', given.branch), given.commit)
  assert.equal(scratch.git('rev-parse', `${given.branch}^`), base)
  assert.deepEqual([given.base, given.start], [base, base])
  assert.deepEqual(given.files, ['out.txt'])
  assert.equal(given.filesChanged, 1)
  assert.equal(given.noChanges, false)
  assert.equal(given.exitCode, 0)
  assert.match(given.outputTail, /done/u)
  assert.match(given.outputTail, /no/u)
  assert.equal(scratch.show(`${given.branch}:out.txt`), 'Please do a.')
  assert.equal(scratch.show(`${given.branch}:README.md`), 'hello')
  assert.equal(
    scratch.git('log', '-1', '--format=%an|%ae|%cn|%s', given.branch),
    'Ann "the" User|ann@example.org|Ann "the" User|Write "it" now',
  )
  const trailers = scratch.git('log', '-1', '--format=%(trailers)', given.branch)
  assert.match(trailers, /Maniple-Run: run1\nManiple-Task: a/u)
  assert.deepEqual(scratch.clones(), [])
  assert.deepEqual(scratch.warnings, [])
})

test('gives the agent its prompt, its names and an allow-list of the environment', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  Object.assign(scratch.environment, { LC_CTYPE: 'C', API_KEY: 'k', GIT_DIR: scratch.folder })
  const agent = scratch.agent(
    'cat > stdin.txt; cat "$MANIPLE_PROMPT_FILE" > file.txt; env > env.txt; ls -A > ls.txt; pwd',
    { passEnvironment: ['API_KEY', 'GIT_DIR', 'ABSENT'] },
  )
  delete scratch.environment.GIT_DIR
  const { output } = await agent.perform(taskOf('a', { attempt: 3 }), contextOf())
  const { branch } = outputOf(output)
  const read = (path: string) => scratch.show(`${branch}:${path}`)
  assert.equal(read('stdin.txt'), read('file.txt'))
  const names = read('env.txt').split('\n')
  for (const line of [
    'MANIPLE_RUN_ID=run1',
    'MANIPLE_TASK_ID=a',
    'MANIPLE_TASK_TITLE=Do a',
    'MANIPLE_ATTEMPT=3',
    'API_KEY=k',
    'LC_CTYPE=C',
  ]) {
    assert.ok(names.includes(line), line)
  }
  assert.doesNotMatch(read('env.txt'), /SECRET_TOKEN|^GIT_DIR|^GIT_CONFIG|GIT_AUTHOR/mu)
  assert.doesNotMatch(read('ls.txt'), /prompt/u)
})

test('24 attempts at once give 24 commits that all start from one base', async () => {
  using scratch = new Scratch()
  const base = scratch.commit({ a: '1' })
  const before = scratch.snapshot()
  const agent = scratch.agent('echo "$MANIPLE_TASK_ID" > "$MANIPLE_TASK_ID.txt"')
  const ids = Array.from({ length: 24 }, (_, index) => `task-${index}`)
  const results = await Promise.all(ids.map((id) => agent.perform(taskOf(id), contextOf())))
  assert.deepEqual(scratch.snapshot(), before)
  const outputs = results.map(({ output }) => outputOf(output))
  assert.equal(new Set(outputs.map((output) => output.commit)).size, 24)
  assert.deepEqual([...new Set(outputs.map((output) => output.start))], [base])
  assert.equal(scratch.branches().length, 25)
  assert.deepEqual(scratch.clones(), [])
})

test('a run keeps its base while the user commits, amends and collects garbage', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const base = scratch.commit({ a: '2' })
  const agent = scratch.agent('echo "$MANIPLE_TASK_ID" > new.txt')
  await agent.perform(taskOf('a'), contextOf())
  scratch.git('reset', '--quiet', '--hard', 'HEAD^')
  const head = scratch.commit({ b: '1' })
  scratch.git('reflog', 'expire', '--expire=now', '--all')
  scratch.git('gc', '--quiet', '--prune=now')
  const second = outputOf((await agent.perform(taskOf('b'), contextOf())).output)
  assert.equal(second.start, base)
  const other = await agent.perform(taskOf('b', { runId: 'run2' }), contextOf())
  assert.equal(outputOf(other.output).start, head)
})

test('no change is success and marked', async () => {
  using scratch = new Scratch()
  const base = scratch.commit({ a: '1', '.gitignore': 'ignored\n' })
  const agent = scratch.agent('touch a; echo x > ignored; git commit -q --allow-empty -m nothing')
  const output = outputOf((await agent.perform(taskOf('a'), contextOf())).output)
  assert.equal(output.noChanges, true)
  assert.equal(output.commit, base)
  assert.equal(scratch.git('rev-parse', output.branch), base)
})

test('keeps the commits an agent makes, wherever it leaves HEAD', async () => {
  using scratch = new Scratch()
  const base = scratch.commit({ a: '1', 'd/e': '1' })
  const own = 'echo 2 > a; git commit -q -am own; '
  const commands: Record<string, string> = {
    branch: `git checkout -q -b elsewhere; ${own} echo 3 > b`,
    detached: `git checkout -q --detach; ${own} echo 3 > b`,
    packed: `${own} git pack-refs --all; git gc -q; echo 3 > b`,
  }
  for (const [id, command] of Object.entries(commands)) {
    const { output } = await scratch.agent(command).perform(taskOf(id), contextOf())
    const { branch } = outputOf(output)
    assert.equal(scratch.git('log', '--format=%s', branch), `Do ${id}\nown\nA commit`, id)
    assert.equal(scratch.git('log', '-1', '--skip=1', '--format=%ae', branch), 'ann@example.org')
    assert.equal(scratch.show(`${branch}:b`), '3')
  }
  const orphan =
    'git checkout -q --orphan x; git rm -rqf .; echo 4 > new; git add new; git commit -qm x'
  const given = outputOf((await scratch.agent(orphan).perform(taskOf('o'), contextOf())).output)
  assert.equal(scratch.git('rev-parse', `${given.branch}^`), base)
  assert.equal(scratch.git('ls-tree', '-r', '--name-only', given.branch), 'new')
})

test('commits every kind of change', async () => {
  using scratch = new Scratch()
  scratch.commit({
    'dir/one': '1',
    'dir/two': '2',
    file: 'f',
    plain: 'p',
    away: 'a',
    'sp ace': 's',
  })
  const command = [
    'rm -r dir; echo now-a-file > dir',
    'rm file; mkdir file; echo inside > file/inside',
    'chmod +x plain; rm away; echo x > "sp ace"',
    'ln -s /etc/passwd link',
    // Not valid UTF-8.
    `echo y > "$(printf 'n\\303\\251 \\377')"`,
    'git init -q nested; echo z > nested/z; git -C nested config core.fsmonitor "touch /tmp/x; false"',
  ].join('\n')
  const { output } = await scratch.agent(command).perform(taskOf('a'), contextOf())
  const given = outputOf(output)
  const tree = scratch.git('-c', 'core.quotePath=true', 'ls-tree', '-r', given.branch)
  assert.match(tree, /100755 blob \w+\tplain/u)
  assert.match(tree, /120000 blob \w+\tlink/u)
  assert.match(tree, /100644 blob \w+\tdir\n/u)
  assert.match(tree, /\tfile\/inside/u)
  assert.match(tree, /"n\\303\\251 \\377"/u)
  assert.doesNotMatch(tree, /away|nested|dir\//u)
  assert.equal(scratch.show(`${given.branch}:link`), '/etc/passwd')
  assert.deepEqual(given.nestedRepositories, ['nested/'])
})

test('a folder replaced by a symbolic link is stored as that link, not followed', async () => {
  using scratch = new Scratch()
  scratch.commit({ 'etc/passwd': 'mine', keep: 'k' })
  const { output } = await scratch
    .agent('rm -r etc; ln -s /etc etc')
    .perform(taskOf('a'), contextOf())
  const given = outputOf(output)
  assert.equal(scratch.git('ls-tree', '-r', '--name-only', given.branch), 'etc\nkeep')
  assert.equal(scratch.show(`${given.branch}:etc`), '/etc')
})

test('output is capped, storable, and in the failure of a command that ends badly', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const long = scratch.agent(`yes 'é' | head -c 300000; printf 'end\\000\\377'`, {
    outputLimitBytes: 1_001,
  })
  const given = outputOf((await long.perform(taskOf('a'), contextOf())).output)
  assert.equal(given.outputTruncated, true)
  assert.ok(Buffer.byteLength(given.outputTail) <= 1_010)
  assert.match(given.outputTail, /^\n?é\n[\s\S]*end\uFFFD\uFFFD$/u)
  await assert.rejects(scratch.agent('echo why >&2; exit 3').perform(taskOf('b'), contextOf()), {
    code: 'agent_failed',
    isRetryable: true,
    message: 'The agent command ended with exit code 3. It said: why',
  })
  await assert.rejects(scratch.agent('no-such-agent').perform(taskOf('c'), contextOf()), {
    code: 'agent_failed',
    isRetryable: false,
    message: /^The agent command was not found \(exit code 127\): no-such-agent/u,
  })
  await assert.rejects(scratch.agent('kill -9 $$').perform(taskOf('d'), contextOf()), {
    isRetryable: true,
    message: /was ended by SIGKILL/u,
  })
  assert.deepEqual(scratch.clones(), [])
  assert.equal(scratch.branches().length, 2)
})

test('publishes nothing once the fence is lost', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const agent = scratch.agent('echo 2 > a')
  const lost = contextOf({ stillOurs: async () => false })
  await assert.rejects(agent.perform(taskOf('a'), lost), { code: 'cancelled' })
  const unknown = contextOf({ stillOurs: () => Promise.reject(new Error('no database')) })
  await assert.rejects(agent.perform(taskOf('b'), unknown), /no database/u)
  assert.deepEqual(scratch.branches(), ['refs/heads/maniple/run1/base'])
  assert.deepEqual(scratch.clones(), [])
})

test('a task id that is no safe name is refused before anything is made', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const agent = scratch.agent('true')
  for (const taskId of ['../x', 'a/b', '-x', '', 'a..b']) {
    await assert.rejects(agent.perform(taskOf(taskId), contextOf()), { code: 'input_invalid' })
  }
  assert.equal(existsSync(scratch.workDir), false)
})

test('a repository whose only commit holds no file will do', async () => {
  using scratch = new Scratch()
  scratch.commit({})
  const given = outputOf(
    (await scratch.agent('echo x > first').perform(taskOf('a'), contextOf())).output,
  )
  assert.deepEqual(given.files, ['first'])
})
