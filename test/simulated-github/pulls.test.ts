import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startGitHub, type TestGitHub } from './start-github.ts'

const run = promisify(execFile)
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A branch off main with one file, by the git data endpoints. */
async function branchWith({ call }: TestGitHub, branch: string, files: Record<string, string>) {
  const main = (await call('GET git/ref/heads/main')).body.object.sha
  const parent = (await call(`GET git/commits/${main}`)).body
  const tree = Object.entries(files).map(([path, content]) => ({
    ...{ path, content, mode: '100644', type: 'blob' },
  }))
  const made = (await call('POST git/trees', { base_tree: parent.tree.sha, tree })).body
  const commit = await call('POST git/commits', {
    ...{ message: `Write ${branch}`, tree: made.sha, parents: [main] },
  })
  const ref = await call('POST git/refs', { ref: `refs/heads/${branch}`, sha: commit.body.sha })
  assert.equal(ref.status, 201)
  return commit.body.sha as string
}

async function openPull(at: TestGitHub, branch: string, files: Record<string, string>) {
  await branchWith(at, branch, files)
  const made = await at.call('POST pulls', { title: branch, head: branch, base: 'main' })
  assert.equal(made.status, 201)
  return made.body
}

test('a pull request merges on the real repository and closes the issue it names', async () => {
  await using at = await startGitHub()
  const { call } = at
  await call('POST issues', { title: 'Do it' })
  const sha = await branchWith(at, 'work', { 'a.txt': 'one\n' })
  const pull = await call('POST pulls', {
    ...{ title: 'Work', head: 'work', base: 'main', body: 'Closes #1', draft: true },
  })
  assert.equal(pull.body.number, 2)
  assert.equal(pull.body.changed_files, 1)
  const draft = await call('PUT pulls/2/merge', { sha })
  assert.equal(draft.status, 405)
  const issue = at.github.state.pulls.find(at.repository, 2)
  assert.ok(issue)
  at.github.state.pulls.markReady(issue, { actor: at.owner, app: null, token: null })
  assert.equal((await call('GET pulls/2')).body.mergeable_state, 'clean')
  assert.equal((await call('PUT pulls/2/merge', { sha: '0'.repeat(40) })).status, 409)
  const merged = await call('PUT pulls/2/merge', { sha, merge_method: 'squash' })
  assert.equal(merged.status, 200)
  assert.equal((await call('PUT pulls/2/merge', { sha })).status, 405)
  assert.equal((await call('GET issues/1')).body.state, 'closed')
  const file = await call('GET contents/a.txt')
  assert.equal(Buffer.from(file.body.content, 'base64').toString(), 'one\n')
  const log = await run('git', ['--git-dir', at.repository.path, 'log', '--format=%s', 'main'])
  assert.deepEqual(log.stdout.trim().split('\n'), ['Work (#2)', 'Initial commit'])
})

test('real conflicts make a pull request unmergeable; update-branch refuses them and mends the rest', async () => {
  await using at = await startGitHub()
  const { call } = at
  await openPull(at, 'first', { 'a.txt': 'one\n' })
  await openPull(at, 'second', { 'a.txt': 'two\n' })
  await openPull(at, 'third', { 'b.txt': 'three\n' })
  assert.equal((await call('PUT pulls/1/merge', {})).status, 200)
  const conflicting = await call('GET pulls/2')
  assert.equal(conflicting.body.mergeable, false)
  assert.equal(conflicting.body.mergeable_state, 'dirty')
  assert.equal((await call('PUT pulls/2/merge', {})).status, 405)
  assert.equal((await call('PUT pulls/2/update-branch', {})).status, 422)
  const before = (await call('GET pulls/3')).body.head.sha
  assert.equal((await call('PUT pulls/3/update-branch', { expected_head_sha: before })).status, 202)
  const after = (await call('GET pulls/3')).body.head.sha
  assert.notEqual(after, before)
  const rebased = await call('PUT pulls/3/merge', { merge_method: 'rebase' })
  assert.equal(rebased.status, 405, 'a merge commit cannot be rebased')
  assert.equal((await call('PUT pulls/3/merge', { sha: after })).status, 200)
  const names = (await call('GET contents/')).body.map(({ name }: { name: string }) => name)
  assert.deepEqual(names, ['README.md', 'a.txt', 'b.txt'])
})

test('a rebase puts the commits onto the base, one by one', async () => {
  await using at = await startGitHub()
  const { call } = at
  await openPull(at, 'side', { 'side.txt': 'side\n' })
  await call('PUT contents/main.txt', { message: 'On main', content: base64('main\n') })
  assert.equal((await call('PUT pulls/1/merge', { merge_method: 'rebase' })).status, 200)
  const commits = (await call('GET commits')).body
  assert.deepEqual(
    commits.map(({ commit }: { commit: { message: string } }) => commit.message),
    ['Write side', 'On main', 'Initial commit'],
  )
  assert.deepEqual(commits[0].parents.length, 1)
})

test('what is pushed past the API is noticed: a new head, a merge by hand, a branch that goes', async () => {
  await using at = await startGitHub()
  await openPull(at, 'work', { 'a.txt': 'one\n' })
  await openPull(at, 'gone', { 'b.txt': 'one\n' })
  const heard: string[] = []
  at.github.state.on(({ kind }) => heard.push(kind))
  const directory = await mkdtemp(join(tmpdir(), 'maniple-clone-'))
  const git = async (...args: readonly string[]) =>
    await run('git', ['-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])
  try {
    const clone = (await at.call('GET /repos/octo/shop')).body.clone_url
    await git('clone', '--quiet', clone, '.')
    await git('checkout', '--quiet', 'work')
    await writeFile(join(directory, 'a.txt'), 'two\n')
    await git('commit', '--quiet', '-am', 'Two')
    await git('push', '--quiet')
    const head = (await git('rev-parse', 'HEAD')).stdout.trim()
    assert.equal((await at.call('GET pulls/1')).body.head.sha, head)
    await git('checkout', '--quiet', 'main')
    await git('merge', '--quiet', 'work')
    await git('push', '--quiet', 'origin', 'main', ':gone')
    const merged = await at.call('GET pulls/1')
    assert.equal(merged.body.merged, true)
    assert.equal((await at.call('GET pulls/2')).body.state, 'closed')
    assert.deepEqual(heard, [
      'pull.synchronize',
      'push',
      'pull.closed',
      'push',
      'pull.closed',
      'push',
    ])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('refs move forward only, unless they are forced', async () => {
  await using at = await startGitHub()
  const { call } = at
  const first = await branchWith(at, 'one', { 'a.txt': '1' })
  const other = await branchWith(at, 'two', { 'a.txt': '2' })
  assert.equal((await call('PATCH git/refs/heads/one', { sha: other })).status, 422)
  assert.equal((await call('PATCH git/refs/heads/one', { sha: other, force: true })).status, 200)
  assert.equal((await call('POST git/refs', { ref: 'refs/heads/one', sha: first })).status, 422)
  assert.equal((await call('POST git/refs', { ref: 'refs/heads/a..b', sha: first })).status, 422)
  assert.equal((await call('DELETE git/refs/heads/one')).status, 204)
  assert.equal((await call('GET git/ref/heads/one')).status, 404)
  const compared = await call(`GET compare/main...two`)
  assert.equal(compared.body.status, 'ahead')
  assert.equal(compared.body.files[0].filename, 'a.txt')
})

test('contents need the sha of what they replace', async () => {
  await using at = await startGitHub()
  const put = async (content: string, sha?: string) =>
    await at.call('PUT contents/docs/a.md', { message: 'm', content: base64(content), sha })
  const first = await put('one')
  assert.equal(first.status, 201)
  assert.equal((await put('two')).status, 422)
  assert.equal((await put('two', '0'.repeat(40))).status, 409)
  assert.equal((await put('two', first.body.content.sha)).status, 200)
  const outside = await at.call('PUT contents/../x', { message: 'm', content: '' })
  assert.ok(outside.status >= 400)
})

test('required checks and approvals block a merge; a verdict on one’s own pull request is refused', async () => {
  await using at = await startGitHub()
  const { call, github } = at
  at.repository.requiredChecks = ['ci']
  at.repository.requiredApprovals = 1
  const pull = await openPull(at, 'work', { 'a.txt': 'one\n' })
  assert.equal((await call('POST pulls/1/reviews', { event: 'APPROVE' })).status, 422)
  assert.equal((await call('GET pulls/1')).body.mergeable_state, 'blocked')
  assert.equal((await call('PUT pulls/1/merge', {})).status, 405)
  const reviewer = github.createUser({ login: 'reviewer' })
  github.state.repositories.grant(at.repository, reviewer, 'write')
  const token = github.createToken({ kind: 'classic', actor: reviewer, scopes: ['repo'] })
  const review = await at.callWith(token.value)('POST pulls/1/reviews', { event: 'APPROVE' })
  assert.equal(review.body.state, 'APPROVED')
  assert.equal((await call('PUT pulls/1/merge', {})).status, 405)
  await call(`POST statuses/${pull.head.sha}`, { state: 'success', context: 'ci' })
  assert.equal((await call('PUT pulls/1/merge', {})).status, 200)
})

test('mergeability may be unknown at the first reading, and is known at the next', async () => {
  await using at = await startGitHub()
  await openPull(at, 'work', { 'a.txt': 'one\n' })
  at.github.staleNext(1)
  const first = (await at.call('GET pulls/1')).body
  assert.deepEqual([first.mergeable, first.mergeable_state], [null, 'unknown'])
  assert.equal((await at.call('GET pulls/1')).body.mergeable, true)
})
