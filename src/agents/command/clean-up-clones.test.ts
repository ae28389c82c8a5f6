import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  identifyHost,
  identifyProcess,
  isAlive,
  newId,
  type ProcessIdentity,
} from '../../shared/index.ts'
import { cleanUpClones } from './clean-up-clones.ts'
import { type CloneRecord, readRecord, writeRecord } from './clone-record.ts'
import { Scratch } from './scratch-repository.test.ts'

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'maniple-clean-up-'))
  readonly #children: ChildProcess[] = []

  /** A session leader that sleeps; ended with the folder. */
  async sleeper(environment: Record<string, string> = {}): Promise<ProcessIdentity> {
    const options = {
      detached: true,
      stdio: 'ignore',
      env: { PATH: '/usr/bin:/bin', ...environment },
    } as const
    const child = spawn('sleep', ['300'], options)
    this.#children.push(child)
    await new Promise((resolve) => child.once('spawn', resolve))
    const found = identifyProcess(child.pid ?? 0)
    assert.ok(found)
    return found
  }

  async clone(fields: Partial<CloneRecord> | null): Promise<string> {
    const directory = join(this.path, `clone-${newId(16)}`)
    mkdirSync(join(directory, 'tree'), { recursive: true })
    if (fields === null) return directory
    await writeRecord(directory, {
      host: identifyHost(),
      owner: dead,
      leader: null,
      token: newId(24),
      runId: 'run1',
      taskId: 'a',
      attempt: 1,
      ...fields,
    })
    return directory
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill('SIGKILL')
    rmSync(this.path, { recursive: true, force: true })
  }
}

// The number of a living process, but another start time: recycled.
const dead: ProcessIdentity = { pid: process.pid, startedAt: 'long ago' }

test('ends the group of a dead owner and removes its clone', async () => {
  using folder = new Folder()
  const leader = await folder.sleeper()
  const token = newId(24)
  const escaped = await folder.sleeper({ MANIPLE_ATTEMPT_TOKEN: token })
  const clone = await folder.clone({ leader, token })
  assert.deepEqual(await cleanUpClones(folder.path), { removed: 1, problems: [] })
  assert.equal(existsSync(clone), false)
  assert.equal(isAlive(leader), false)
  if (process.platform === 'linux') assert.equal(isAlive(escaped), false)
})

test('never ends a process that only got the number of a dead one', async () => {
  using folder = new Folder()
  const bystander = await folder.sleeper()
  await folder.clone({ leader: { ...bystander, startedAt: 'long ago' } })
  assert.equal((await cleanUpClones(folder.path)).removed, 1)
  assert.equal(isAlive(bystander), true)
})

test('never touches the clones of a living process, nor what is no clone', async () => {
  using folder = new Folder()
  const owner = await folder.sleeper()
  const leader = await folder.sleeper()
  const clone = await folder.clone({ owner, leader })
  mkdirSync(join(folder.path, 'mine'))
  assert.equal((await cleanUpClones(folder.path)).removed, 0)
  assert.ok(existsSync(clone) && existsSync(join(folder.path, 'mine')))
  assert.equal(isAlive(leader), true)
})

test('leaves what it cannot judge until it is old', async () => {
  using folder = new Folder()
  const elsewhere = { ...identifyHost(), host: 'elsewhere' }
  const clones = [await folder.clone(null), await folder.clone({ host: elsewhere })]
  assert.equal((await cleanUpClones(folder.path)).removed, 0)
  for (const clone of clones) utimesSync(clone, 0, 0)
  assert.equal((await cleanUpClones(folder.path)).removed, 2)
  const rebooted = await folder.clone({ host: { ...identifyHost(), boot: 'before' } })
  assert.equal((await cleanUpClones(folder.path)).removed, 1)
  assert.equal(existsSync(rebooted), false)
})

test('a folder that does not exist yet is no problem', async () => {
  assert.deepEqual(await cleanUpClones('/nowhere/at/all'), { removed: 0, problems: [] })
})

test('a start after kill -9 ends the agent that was left running', async () => {
  using scratch = new Scratch()
  scratch.commit({ a: '1' })
  const script = `
    import { Scratch, contextOf, taskOf } from ${JSON.stringify(import.meta.resolve('./scratch-repository.test.ts'))}
    const { root, workDir, environment } = JSON.parse(process.argv[1])
    const agent = Scratch.prototype.agent.call({ root, workDir, environment, warnings: [] }, 'echo x > b; sleep 300')
    await agent.perform(taskOf('a'), contextOf())
  `
  const { root, workDir, environment } = scratch
  const args = ['--input-type=module', '-e', script, JSON.stringify({ root, workDir, environment })]
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let record: CloneRecord | null = null
  while (record?.leader == null && child.exitCode === null) {
    await delay(20)
    const [name] = scratch.clones()
    if (name !== undefined) record = await readRecord(join(workDir, name))
  }
  assert.ok(record?.leader)
  assert.equal((await cleanUpClones(workDir)).removed, 0)
  child.kill('SIGKILL')
  await ended
  assert.equal(isAlive(record.leader), true)
  assert.deepEqual(await cleanUpClones(workDir), { removed: 1, problems: [] })
  assert.equal(isAlive(record.leader), false)
  assert.deepEqual(scratch.branches(), ['refs/heads/maniple/run1/base'])
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), '1')
})
