import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, isAlive } from '../../shared/index.ts'
import { contextOf, outputOf, Scratch, taskOf } from './scratch-repository.test.ts'

/** Whether any process still carries this text in its command line. */
function runs(text: string): boolean {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .some((line) => line.includes(text) && !line.startsWith('ps '))
}

const harmless: Record<string, string> = {
  stash: 'echo x > a; git stash; echo y > b',
  config: 'git config user.name evil; git config core.bare true; git config alias.x "!touch z"',
  tag: 'git tag evil; git tag -d v1; git push --tags origin; true',
  branch: 'git branch -m renamed; git branch -D main; git branch evil; true',
  remote: 'git push origin HEAD:main; git remote add origin /; git fetch; true',
  update:
    'git update-ref refs/heads/main HEAD; git symbolic-ref HEAD refs/heads/main; git reset --hard -q HEAD~1; true',
  worktree: 'git worktree add -q ../other; echo q > ../other/q; true',
  maintenance:
    'git gc -q --prune=now; git reflog expire --expire=now --all; git maintenance run; true',
  alternates: 'echo /nowhere >> .git/objects/info/alternates; echo x > b',
  replace: 'git replace -f HEAD HEAD~1; echo x > b; true',
}

test("the user's repository survives", async (t) => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  scratch.commit({ a: '2' })
  scratch.git('tag', 'v1')
  scratch.write('a', 'work in progress')
  scratch.git('stash')
  scratch.write('a', 'more work')
  const before = scratch.snapshot()
  for (const [id, command] of Object.entries(harmless)) {
    await t.test(id, async () => {
      await scratch.agent(command).perform(taskOf(id), contextOf())
      assert.deepEqual(scratch.snapshot(), before)
    })
  }
  assert.deepEqual(scratch.clones(), [])
  scratch.git('fsck', '--strict')
})

const breaking: Record<string, string> = {
  'no-git': 'rm -rf .git; git stash; git commit -am x; git tag evil; true',
  'no-clone': 'cd ..; rm -rf tree',
  'no-folder': 'rm -rf "$(dirname "$PWD")"',
  'no-index': 'rm ../*.index',
  'git-elsewhere': 'rm -rf .git; ln -s "$SOURCE/.git" .git',
  'tree-elsewhere': 'cd ..; rm -rf tree; ln -s "$SOURCE" tree',
  'no-head': 'rm .git/HEAD',
  'odd-head': 'echo "ref: refs/../../../../x" > .git/HEAD',
}

test('a broken clone fails clearly and publishes nothing', async (t) => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  Object.assign(scratch.environment, { SOURCE: scratch.root })
  const before = scratch.snapshot()
  for (const [id, command] of Object.entries(breaking)) {
    await t.test(id, async () => {
      const agent = scratch.agent(command, { passEnvironment: ['SOURCE'] })
      await assert.rejects(agent.perform(taskOf('a'), contextOf()), {
        code: 'agent_failed',
        message: /nothing was published/u,
      })
      assert.deepEqual(scratch.snapshot(), before)
    })
  }
  assert.deepEqual(scratch.branches(), ['refs/heads/maniple/run1/base'])
  assert.deepEqual(scratch.clones(), [])
})

test('an agent without .git finds no repository further up', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const agent = scratch.agent(
    'rm -rf .git; git tag evil; git stash; git commit -qam x; git status',
    {
      workDir: join(scratch.root, 'inside', 'clones'),
    },
  )
  await assert.rejects(agent.perform(taskOf('a'), contextOf()), { code: 'agent_failed' })
  assert.match(scratch.git('status', '--porcelain'), /^$/u)
  assert.equal(scratch.git('tag'), '')
  assert.equal(scratch.git('log', '--format=%s'), 'A commit')
})

test('what an agent plants in .git is never executed', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1', '.gitattributes': '*.x filter=evil diff=evil merge=evil\n' })
  const mark = join(scratch.folder, 'executed')
  Object.assign(scratch.environment, { MARK: mark })
  const command = [
    'evil="touch $MARK"',
    'git config core.fsmonitor "$evil"; git config core.sshCommand "$evil"',
    'git config filter.evil.clean "$evil; cat"; git config filter.evil.smudge "$evil; cat"',
    'git config filter.evil.process "$evil"; git config diff.external "$evil"',
    'git config uploadpack.packObjectsHook "$evil"; git config core.hooksPath .git/hooks',
    'mkdir -p .git/hooks',
    'for h in pre-commit post-commit reference-transaction post-index-change post-checkout; do',
    '  printf "#!/bin/sh\\n%s\\n" "$evil" > .git/hooks/$h; chmod +x .git/hooks/$h',
    'done',
    'echo new > b.x',
  ].join('\n')
  const agent = scratch.agent(command, { passEnvironment: ['MARK'] })
  const { branch } = outputOf((await agent.perform(taskOf('a'), contextOf())).output)
  assert.equal(scratch.show(`${branch}:b.x`), 'new')
  assert.equal(existsSync(mark), false)
})

test('an object that would harm a checkout is not let in', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const command = [
    'blob=$(echo evil | git hash-object -w --stdin)',
    'hooks=$(printf "100755 blob $blob\\tpost-checkout\\n" | git mktree)',
    'tree=$(printf "040000 tree $hooks\\t.git\\n" | git mktree)',
    'evil=$(git commit-tree -p HEAD -m evil $tree)',
    // Hidden below a commit that looks harmless.
    'git update-ref HEAD $(git commit-tree -p $evil -m good $(git rev-parse HEAD^{tree}))',
    'echo x > b',
  ].join('\n')
  await assert.rejects(scratch.agent(command).perform(taskOf('a'), contextOf()), {
    code: 'git_failed',
    message: /hasDotgit/u,
  })
  assert.deepEqual(scratch.branches(), ['refs/heads/maniple/run1/base'])
})

test('a commit that lost its objects is dropped, the tree is kept', async () => {
  using scratch = new Scratch()
  const base = scratch.commit({ a: '1' })
  const command = [
    'echo 2 > a; git commit -qam own; blob=$(git rev-parse HEAD:a)',
    'rm -f .git/objects/$(echo $blob | cut -c1-2)/$(echo $blob | cut -c3-)',
  ].join('\n')
  const given = outputOf((await scratch.agent(command).perform(taskOf('a'), contextOf())).output)
  assert.equal(scratch.git('rev-parse', `${given.branch}^`), base)
  assert.equal(scratch.show(`${given.branch}:a`), '2')
})

test('a fork that outlives the command is stopped and nobody waits for it', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const before = scratch.snapshot()
  const nap = `31${process.pid}.5`
  const command = `echo x > b; sleep ${nap} & (setsid sleep ${nap} >/dev/null 2>&1 &) ; exit 0`
  const given = outputOf((await scratch.agent(command).perform(taskOf('a'), contextOf())).output)
  assert.deepEqual(given.files, ['b'])
  assert.equal(runs(`sleep ${nap}`), false)
  assert.deepEqual(scratch.snapshot(), before)
})

test('an abort stops the whole group, even one that ignores SIGTERM, and gives its reason', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const nap = `32${process.pid}.5`
  const pidFile = join(scratch.folder, 'pid')
  Object.assign(scratch.environment, { PID_FILE: pidFile })
  const command = `trap '' TERM; (setsid sleep ${nap} &); sleep ${nap} & echo $$ > "$PID_FILE"; while :; do sleep ${nap}; done`
  const abort = new AbortController()
  const agent = scratch.agent(command, { passEnvironment: ['PID_FILE'] })
  const work = agent.perform(taskOf('a'), contextOf({ signal: abort.signal }))
  const seen = assert.rejects(work, { code: 'task_timeout', message: 'too long' })
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await delay(10)
  abort.abort(new AppError('task_timeout', 'too long'))
  await seen
  assert.equal(runs(`sleep ${nap}`), false)
  assert.equal(isAlive({ pid: Number(readFileSync(pidFile, 'utf8')), startedAt: '' }), false)
  assert.deepEqual(scratch.branches(), ['refs/heads/maniple/run1/base'])
  assert.deepEqual(scratch.clones(), [])
})

test('an abort before the start leaves nothing', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const signal = AbortSignal.abort(new AppError('cancelled', 'not wanted'))
  const work = scratch.agent('echo x > a').perform(taskOf('a'), contextOf({ signal }))
  await assert.rejects(work, { code: 'cancelled' })
  assert.deepEqual(scratch.clones(), [])
  assert.deepEqual(scratch.branches(), [])
})

test('folders made read-only are removed all the same', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const command = 'mkdir -p cache/deep; echo x > cache/deep/y; chmod -R a-w cache'
  await scratch.agent(command).perform(taskOf('a'), contextOf())
  assert.deepEqual(scratch.clones(), [])
})
