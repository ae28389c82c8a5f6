import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { RunReport } from '../../src/contracts/index.ts'
import { type CommandLine, openCommandLine } from './command-line.ts'

let line: CommandLine
const repository = mkdtempSync(join(tmpdir(), 'maniple-repository-'))
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' })

before(async () => {
  line = await openCommandLine()
  git('init', '-q', '-b', 'main')
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
  git(...identity, 'commit', '-q', '--allow-empty', '-m', 'Begin')
})
after(async () => {
  rmSync(repository, { recursive: true })
  await line[Symbol.asyncDispose]()
})

const plan = 'examples/dependencies.json'
const write = 'echo "$MANIPLE_TASK_ID" > "$MANIPLE_TASK_ID"'

test('an agent command on a repository: branches, combined, checked, reported', async () => {
  const check = 'test -f schema && test -f ship'
  const args = ['split', plan, '--repo', repository, '--agent', write, '--check', check]
  const { code, stdout, stderr } = await line.run(args)
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stdout + stderr, /SIMULATED/)
  const branch = /^combined {4}(maniple\/\w+\/combined) {2}5 branches merged$/m.exec(stdout)?.[1]
  assert.ok(branch !== undefined, stdout)
  assert.match(stdout, /^check {7}passed {2}test -f schema && test -f ship$/m)
  assert.deepEqual(git('ls-tree', '--name-only', branch).trim().split('\n'), [
    'api',
    'docs',
    'schema',
    'ship',
    'ui',
  ])
})

test('the agent gets the variables that are named, and no others', async () => {
  const agent = `[ "$GIVEN" = yes ] && [ -z "$KEPT" ] && ${write}`
  const args = ['split', plan, '--repo', repository, '--agent', agent, '--pass-env', 'GIVEN']
  const { code, stderr } = await line.run(args, { env: { GIVEN: 'yes', KEPT: 'secret' } })
  assert.equal(code, 0, stderr)
})

test('a check that fails makes the exit code 1 although every task succeeded', async () => {
  const check = 'echo not good enough; exit 7'
  const args = ['split', plan, '--repo', repository, '--agent', write, '--check', check]
  const { code, stdout } = await line.run(args)
  assert.equal(code, 1)
  assert.match(stdout, /^check {7}failed \(exit 7\)/m)
  assert.match(stdout, /^ {2}\| not good enough$/m)
})

test('a failed task is rerun by the command that the report names', async () => {
  const agent = `[ -e '${repository}/fixed' ] || [ "$MANIPLE_TASK_ID" != docs ] || exit 3; ${write}`
  const args = ['split', plan, '--repo', repository, '--agent', agent]
  const failed = await line.run(args, { env: { MANIPLE_RUN_RETRIES: '0' } })
  assert.equal(failed.code, 1)
  assert.match(failed.stdout, /^tasks {7}5: 3 succeeded, 1 failed, 1 skipped$/m)
  const resume = /^Rerun what did not succeed: npm run --silent maniple -- (.*)$/m.exec(
    failed.stdout,
  )
  const words = execFileSync('sh', ['-c', `printf '%s\\0' ${resume?.[1] ?? ''}`], {
    encoding: 'utf8',
  })
  execFileSync('touch', [join(repository, 'fixed')])
  const again = words.split('\0').slice(0, -1)
  const without = await line.run(again.slice(0, 2))
  assert.equal(without.code, 2)
  assert.match(without.stderr, /--agent.*\(retry_not_possible\)/)
  const retried = await line.run([...again, '--json'])
  assert.equal(retried.code, 0, retried.stderr)
  const report = RunReport.parse(JSON.parse(retried.stdout))
  assert.equal(report.run.counts.succeeded, 5)
})

test('a path that is no repository is bad input', async () => {
  const { code, stderr } = await line.run([
    'split',
    plan,
    '--agent',
    'true',
    '--repo',
    line.dataDir,
  ])
  assert.equal(code, 2)
  assert.match(stderr, /\(repository_invalid\)/)
})
