import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { RunReport } from '../../src/contracts/index.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from '../../src/shared/index.ts'
import { type CommandLine, openCommandLine, type Started } from './command-line.ts'

let line: CommandLine
let folder: string
let seen: ProcessIdentity[]
const repository = () => join(folder, 'repository')
const pids = () => join(folder, 'pids')

beforeEach(async () => {
  seen = []
  line = await openCommandLine()
  folder = mkdtempSync(join(tmpdir(), 'maniple-second-'))
  for (const path of [repository(), pids()]) mkdirSync(path)
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', repository(), ...args])
  git('init', '-q', '-b', 'main')
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
  git(...identity, 'commit', '-q', '--allow-empty', '-m', 'Begin')
})
afterEach(async () => {
  for (const found of seen) if (isAlive(found)) process.kill(found.pid, 'SIGKILL')
  await line[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const plan = '- [ ] Write the guide\n- [ ] Build the API\n'
/** A guard against hanging only: what is waited for either happens or never does. */
const timeout = 120_000

/** Heeds no polite signal, and has a child in its group and, on Linux, one in another session. */
function stubbornAgent(): string {
  const elsewhere = process.platform === 'linux' ? 'setsid sleep 300' : 'sleep 300'
  return [
    `if [ -e '${folder}/calm' ]; then echo done > "$MANIPLE_TASK_ID"; exit; fi`,
    'trap "" INT TERM',
    'sleep 300 & child=$!',
    `${elsewhere} & escaped=$!`,
    `echo "$$ $child $escaped" > '${pids()}/new.'$$`,
    `mv '${pids()}/new.'$$ '${pids()}/'$$`,
    'wait; sleep 300',
  ].join('; ')
}

function startSplit(): Started {
  const args = ['split', '-', '--agent', stubbornAgent()]
  return line.start([...args, '--repo', repository(), '--quiet'], { input: plan })
}

/** All processes of both tasks' agents. */
async function agentsOf({ child }: Started): Promise<readonly ProcessIdentity[]> {
  const written = () => readdirSync(pids()).filter((name) => !name.startsWith('new'))
  while (written().length < 2) {
    assert.equal(child.exitCode, null, 'it ended before both agents ran')
    await delay(20)
  }
  const numbers = written().flatMap((name) =>
    readFileSync(join(pids(), name), 'utf8').trim().split(' ').map(Number),
  )
  for (const number of numbers) {
    const found = identifyProcess(number)
    assert.ok(found !== null, `${number} of ${numbers} runs`)
    seen.push(found)
  }
  assert.equal(seen.length, 6)
  return seen
}

async function untilGone(processes: readonly ProcessIdentity[]): Promise<void> {
  while (processes.some((found) => isAlive(found))) await delay(20)
}

test('a second Ctrl-C ends the agents too, and says how to resume', { timeout }, async () => {
  const started = startSplit()
  const agents = await agentsOf(started)
  started.child.kill('SIGINT')
  started.child.kill('SIGTERM')
  const { code, stdout, stderr } = await started.ended
  assert.equal(code, 130, stderr)
  assert.equal(stdout, '')
  await untilGone(agents)
  const resume = /^Left run \w+ with tasks that are not done\. Resume: .* -- (retry .*)$/m.exec(
    stderr,
  )
  assert.ok(resume?.[1] !== undefined, stderr)
  execFileSync('touch', [join(folder, 'calm')])
  const words = execFileSync('sh', ['-c', `printf '%s\\0' ${resume[1]}`], { encoding: 'utf8' })
  const retried = await line.run([...words.split('\0').slice(0, -1), '--json'])
  assert.equal(retried.code, 0, retried.stderr)
  assert.equal(RunReport.parse(JSON.parse(retried.stdout)).run.counts.succeeded, 2)
  assert.deepEqual(readdirSync(join(line.dataDir, 'clones')), [])
})

test('work ends the agents that a killed split left, and removes their clones', {
  timeout,
}, async () => {
  const started = startSplit()
  const agents = await agentsOf(started)
  started.child.kill('SIGKILL')
  await started.ended
  assert.ok(agents.every((found) => isAlive(found)))
  const clones = join(line.dataDir, 'clones')
  assert.equal(readdirSync(clones).length, 2)
  const working = line.start(['work'])
  await working.says(/^maniple performs up to /m)
  await untilGone(agents)
  assert.equal(existsSync(clones) ? readdirSync(clones).length : 0, 0)
  working.child.kill('SIGTERM')
  assert.equal((await working.ended).code, 0)
})
