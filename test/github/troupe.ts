import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { App } from '../../src/app.ts'
import type { GitHubStats } from '../../src/simulation/index.ts'
import { openApp } from '../orchestration/faults-app.ts'
import type { Orders } from '../orchestration/faults-process.ts'
import { eventually } from '../support/embedded-server.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'
import { repository, settingsOf } from './started-github.ts'

const simulator = fileURLToPath(
  new URL('../simulated-github/simulated-github-command.ts', import.meta.url),
)
const worker = fileURLToPath(new URL('../orchestration/faults-process.ts', import.meta.url))
const timeScale = 600

/** A simulated GitHub, workers in processes of their own, and an app that only looks on. */
export type Troupe = AsyncDisposable & {
  readonly begin: (issue: number) => Promise<void>
  readonly work: (processes: number) => Promise<void>
  /** Kills all workers; on return their last calls have arrived and their leases have run out. */
  readonly kill: () => Promise<void>
  readonly stats: () => Promise<GitHubStats>
  readonly isOver: () => Promise<boolean>
  readonly ended: () => Promise<Ended>
  /** As a person who may write. */
  readonly get: <T>(path: string) => Promise<T>
  readonly post: <T>(path: string, body: unknown) => Promise<T>
}

export type Ended = {
  readonly state: string
  readonly succeeded: number
  /** What was said of tasks that did not succeed. */
  readonly errors: readonly string[]
}

export async function openTroupe(): Promise<Troupe> {
  const closers = new AsyncDisposableStack()
  const { url, end } = await startSimulator()
  closers.defer(end)
  const tokens = await furnish(url)
  const database = closers.use(await testDatabase())
  const overrides = settingsOf({ url, timeScale }, tokens.own)
  const app = closers.use(await openApp(database.url, overrides))
  const workers: ChildProcess[] = []
  closers.defer(() => killAll(workers))
  const orders: Orders = { url: database.url, slots: 2, overrides }
  const stats = () => call<GitHubStats>(`${url}/_simulation/stats`)
  return {
    ...{ stats, ...watch(app) },
    work: async (processes) => {
      for (let index = 0; index < processes; index += 1) workers.push(await startWorker(orders))
    },
    kill: async () => {
      await killAll(workers)
      await eventually('GitHub has answered', async () => {
        const { calls, byStatus } = await stats()
        return calls === Object.values(byStatus).reduce((sum, count) => sum + count, 0)
      })
      await endLeases(database)
    },
    get: (path) => call(url + path, { token: tokens.person }),
    post: (path, body) => call(url + path, { token: tokens.person, body }),
    [Symbol.asyncDispose]: () => closers.disposeAsync(),
  }
}

function watch(app: App): Pick<Troupe, 'begin' | 'isOver' | 'ended'> {
  let id = ''
  return {
    begin: async (issue) => {
      const start = { repository, issue, requestedBy: 'ada' }
      const begun = await app.github?.start(start, new AbortController().signal)
      id = begun?.run.id ?? ''
    },
    isOver: async () => (await app.runs.get(id)).finishedAt !== null,
    ended: async () => {
      const { run, tasks } = await app.runs.snapshot(id)
      const failed = tasks.filter(({ state }) => state !== 'succeeded')
      const errors = failed.map((task) => `${task.id}: ${JSON.stringify(task.error)}`)
      return { state: run.state, succeeded: run.counts.succeeded, errors }
    },
  }
}

async function startSimulator() {
  const child = spawn(process.execPath, [simulator, JSON.stringify({ seed: 1, timeScale })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  const { url } = JSON.parse(line) as { readonly url: string }
  const end = async (): Promise<void> => {
    const ended = once(child, 'exit')
    child.stdin.end()
    await ended
  }
  return { url, end }
}

async function furnish(url: string): Promise<{ readonly own: string; readonly person: string }> {
  const control = <T>(path: string, body: unknown) =>
    call<T>(`${url}/_simulation/${path}`, { body })
  for (const login of ['octo', 'maniple-bot', 'ada']) await control('users', { login })
  const collaborators = { 'maniple-bot': 'write', ada: 'write' }
  const files = { 'README.md': '# Shop\n' }
  await control('repositories', { owner: 'octo', name: 'shop', files, collaborators })
  const tokenOf = async (login: string): Promise<string> => {
    const wanted = { kind: 'classic', login, scopes: ['repo'] }
    return (await control<{ readonly value: string }>('tokens', wanted)).value
  }
  return { own: await tokenOf('maniple-bot'), person: await tokenOf('ada') }
}

async function startWorker(orders: Orders): Promise<ChildProcess> {
  const child = spawn(process.execPath, [worker, JSON.stringify(orders)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`a worker ended with ${code} before it was ready`)
  })
  await Promise.race([once(child.stdout, 'data'), failed])
  failed.catch(() => undefined)
  return child
}

async function killAll(workers: ChildProcess[]): Promise<void> {
  const killed = workers.splice(0)
  await Promise.all(
    killed.map(async (child) => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }),
  )
}

/** Whoever held them is dead: the minutes until they would run out are not waited for. */
async function endLeases({ pool }: TestDatabase): Promise<void> {
  for (const table of ['effects', 'github_runs', 'deliveries']) {
    await pool.query(
      `update maniple.${table} set lease_until = clock_timestamp() where lease_until > clock_timestamp()`,
    )
  }
}

type Asked = { readonly token?: string; readonly body?: unknown }

async function call<T>(url: string, { token, body }: Asked = {}): Promise<T> {
  const response = await fetch(url, {
    headers: {
      'user-agent': 'test',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}
