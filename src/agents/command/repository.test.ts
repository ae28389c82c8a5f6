import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRepository } from './repository.ts'
import { closingOf, contextOf, outputOf, Scratch, taskOf } from './scratch-repository.test.ts'

/** A whole run of one task and its closing. */
async function tryOut(scratch: Scratch, repository = scratch.root) {
  const agent = scratch.agent('echo new > made.txt', { repository, check: 'test -e made.txt' })
  const { output } = await agent.perform(taskOf('a'), contextOf())
  const closed = await agent.close?.(closingOf([{ taskId: 'a', output }]), contextOf())
  assert.equal(closed?.ok, true)
  return outputOf(output)
}

test('a path with spaces, quotes and other scripts, from a folder deep inside', async () => {
  using scratch = new Scratch({ name: `it's "a" $(touch x) ünï 木 ; #` })
  const head = scratch.commit({ 'deep/er/file': '1' })
  const inside = join(scratch.root, 'deep', 'er')
  const found = await openRepository(inside, scratch.environment)
  assert.equal(found.root, scratch.root)
  assert.equal(found.head, head)
  assert.deepEqual([found.branch, found.uncommittedFiles, found.note], ['main', 0, null])
  const before = scratch.snapshot()
  const given = await tryOut(scratch, inside)
  // The agent works at the top level.
  assert.deepEqual(given.files, ['made.txt'])
  assert.deepEqual(scratch.snapshot(), before)
})

test('an odd default branch, a detached HEAD, a symbolic link to the repository', async () => {
  using scratch = new Scratch({ init: ['--initial-branch=trunk/öd"d'] })
  const first = scratch.commit({ a: '1' })
  scratch.commit({ a: '2' })
  scratch.git('checkout', '--quiet', '--detach', first)
  const link = join(scratch.folder, 'link')
  symlinkSync(scratch.root, link)
  const found = await openRepository(link, scratch.environment)
  assert.deepEqual([found.root, found.branch, found.head], [scratch.root, null, first])
  assert.equal((await tryOut(scratch, link)).start, first)
})

test('a linked worktree, a bare repository, a shallow clone and SHA-256', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const head = scratch.commit({ a: '2' })
  const worktree = join(scratch.folder, 'worktree')
  scratch.git('worktree', 'add', '--quiet', '-b', 'side', worktree, 'HEAD^')
  assert.notEqual((await tryOut(scratch, worktree)).start, head)
  const bare = join(scratch.folder, 'bare.git')
  scratch.git('clone', '--quiet', '--bare', '--single-branch', scratch.root, bare)
  assert.equal((await tryOut(scratch, bare)).start, head)
  const shallow = join(scratch.folder, 'shallow')
  scratch.git('clone', '--quiet', '--depth=1', `file://${scratch.root}`, shallow)
  assert.equal((await tryOut(scratch, shallow)).start, head)
  using other = new Scratch({ init: ['--object-format=sha256', '--initial-branch=main'] })
  other.commit({ a: '1' })
  assert.equal((await tryOut(other)).commit.length, 64)
})

test('submodules stay as they are, and own ignores count', async () => {
  using scratch = new Scratch()
  using library = new Scratch()
  library.commit({ l: '1' })
  scratch.git(
    '-c',
    'protocol.file.allow=always',
    'submodule',
    '--quiet',
    'add',
    library.root,
    'sub',
  )
  scratch.commit({ a: '1' })
  writeFileSync(join(scratch.root, '.git', 'info', 'exclude'), 'by-repository\n')
  mkdirSync(join(scratch.folder, 'home', '.config', 'git'), { recursive: true })
  writeFileSync(join(scratch.folder, 'home', '.config', 'git', 'ignore'), 'by-user\n')
  const before = scratch.snapshot()
  const agent = scratch.agent('touch by-repository by-user by-nobody; ls sub')
  const given = outputOf((await agent.perform(taskOf('a'), contextOf())).output)
  assert.deepEqual(given.files, ['by-nobody'])
  assert.match(scratch.git('ls-tree', given.branch), /160000 commit \w+\tsub/u)
  assert.deepEqual(scratch.snapshot(), before)
})

test('an agent can ask for tags and the other branches, but has no remote', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  scratch.git('tag', '-a', 'v1.2', '-m', 'release')
  const command = 'git describe; git rev-parse -q --verify origin/main; git remote'
  const { output } = await scratch.agent(command).perform(taskOf('a'), contextOf())
  assert.match(outputOf(output).outputTail, /^v1\.2\n\w{40}\n$/u)
})

test('hooks and signing of the user stay out of it', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const mark = join(scratch.folder, 'hook-ran')
  for (const hook of ['reference-transaction', 'post-commit', 'pre-commit', 'post-checkout']) {
    const file = join(scratch.root, '.git', 'hooks', hook)
    mkdirSync(join(scratch.root, '.git', 'hooks'), { recursive: true })
    writeFileSync(file, `#!/bin/sh\ntouch '${mark}'\nexit 1\n`)
    chmodSync(file, 0o755)
  }
  scratch.git('config', 'commit.gpgSign', 'true')
  scratch.git('config', 'gpg.program', 'false')
  await tryOut(scratch)
  assert.throws(() => execFileSync('ls', [mark], { stdio: 'pipe' }))
})

test("without an identity of the repository, commits are Maniple's own", async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  scratch.git('config', '--unset', 'user.email')
  const { branch } = await tryOut(scratch)
  assert.equal(
    scratch.git('log', '-1', '--format=%an <%ae> %cn <%ce>', branch),
    'Maniple <maniple@localhost> Maniple <maniple@localhost>',
  )
})

test('says what is wrong with a repository, and changes nothing', async () => {
  using scratch = new Scratch()
  const open = (path: string) => openRepository(path, scratch.environment)
  const code = 'repository_invalid'
  await assert.rejects(open(scratch.root), { code, message: /no commit to start from/u })
  await assert.rejects(open(join(scratch.folder, 'absent')), { code, message: /absent.*existing/u })
  await assert.rejects(open(scratch.folder), { code, message: /no usable git repository/u })
  scratch.commit({ a: '1' })
  await assert.rejects(open(join(scratch.root, 'a')), { code, message: /is a file/u })
  scratch.git('branch', 'maniple')
  await assert.rejects(open(scratch.root), { code, message: /rename that branch/u })
  scratch.git('branch', '-m', 'maniple', 'other')
  scratch.write('a', 'edited')
  scratch.write('new', 'untracked')
  const before = scratch.snapshot()
  const found = await open(scratch.root)
  assert.equal(found.uncommittedFiles, 2)
  assert.match(found.note ?? '', /^2 uncommitted files in .* left out/u)
  assert.deepEqual(scratch.snapshot(), before)
  const nowhere = { ...scratch.environment, PATH: scratch.folder }
  await assert.rejects(openRepository(scratch.root, nowhere), { code: 'git_missing' })
})

test('a read-only repository is refused', { skip: process.getuid?.() === 0 }, async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const objects = join(scratch.root, '.git', 'objects')
  chmodSync(objects, 0o555)
  try {
    await assert.rejects(openRepository(scratch.root, scratch.environment), {
      code: 'repository_invalid',
      message: /read-only/u,
    })
  } finally {
    chmodSync(objects, 0o755)
  }
})

test('a branch the user has checked out is not written over', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const { branch } = await tryOut(scratch)
  scratch.git('checkout', '--quiet', branch)
  const before = scratch.snapshot()
  const agent = scratch.agent('echo other > made.txt')
  await assert.rejects(agent.perform(taskOf('a'), contextOf()), { message: /checked out/u })
  assert.deepEqual(scratch.snapshot(), before)
})
