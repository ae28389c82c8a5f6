import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Run, Task } from '../../src/contracts/index.ts'
import {
  type ClaimedTask,
  Engine,
  type NewRun,
  type NewTask,
  type Perform,
  type Performed,
  type WorkerHandle,
  type WorkerOptions,
  type WorkerTimes,
} from '../../src/engine/index.ts'
import { type JsonObject, type Log, newId } from '../../src/shared/index.ts'
import { testDatabase } from '../support/test-database.ts'

/** Short, but a worker is only lost when a test says so: the machine may be busy for seconds. */
const times: WorkerTimes = { pollMs: 50, heartbeatMs: 100, lostMs: 30_000, graceMs: 200 }

type EngineSettings = {
  /** Stands between the engine and its database. */
  readonly pool?: Pool
  readonly times?: Partial<WorkerTimes>
  readonly random?: () => number
  readonly keepRecords?: string
}

type WorkerSettings = Partial<WorkerOptions> & Pick<WorkerOptions, 'agents' | 'perform'>

export type LogLine = {
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type EngineHost = {
  readonly pool: Pool
  readonly url: string
  /** What the engines warned of. */
  readonly warnings: LogLine[]
  /** Another process, as it were: several engines share one database. Closed with the host. */
  readonly engine: (settings?: EngineSettings) => Engine
  /** An engine with one worker. */
  readonly worker: (
    settings: WorkerSettings,
    engineSettings?: EngineSettings,
  ) => Promise<{ readonly engine: Engine; readonly worker: WorkerHandle }>
}

/** A database for a test file, closed after its last test. Tests keep apart by agents of their own. */
export async function engineHost(): Promise<EngineHost> {
  const database = await testDatabase()
  const warnings: LogLine[] = []
  const note = (fields: LogLine['fields'], message: string) =>
    void warnings.push({ fields, message })
  const log: Log = { info: () => undefined, warn: note, error: note }
  const engines: Engine[] = []
  after(async () => {
    await Promise.all(engines.map((engine) => engine.close()))
    await database[Symbol.asyncDispose]()
  })
  const engine: EngineHost['engine'] = (settings = {}) => {
    const { pool = database.pool, random = () => 0 } = settings
    const made = new Engine({
      pool,
      log,
      random,
      ...(settings.keepRecords === undefined ? {} : { keepRecords: settings.keepRecords }),
      listen: database.database.listen,
      times: { ...times, ...settings.times },
    })
    engines.push(made)
    return made
  }
  const worker: EngineHost['worker'] = async (settings, engineSettings) => {
    const made = engine(engineSettings)
    const options = { slots: 100, binding: null, onlyRun: null, ...settings }
    return { engine: made, worker: await made.startWorker(options) }
  }
  return { pool: database.pool, url: database.url, warnings, engine, worker }
}

type TaskSettings = Partial<Omit<NewTask, 'key'>>
type RunSettings = Partial<Omit<NewRun, 'tasks' | 'agent'>> & {
  readonly agent: string
  /** Keys with their dependencies, or with whatever is not as usual about the task. */
  readonly tasks: Readonly<Record<string, readonly string[] | TaskSettings>>
}

export function runOf({ agent, tasks, ...rest }: RunSettings): NewRun {
  return {
    kind: 'split',
    title: 'a run',
    agent,
    slots: 1000,
    ageingMs: 60_000,
    input: {},
    lanes: [],
    closing: null,
    simulated: false,
    binding: null,
    idempotency: null,
    parentRun: null,
    repository: null,
    user: null,
    ...rest,
    tasks: Object.entries(tasks).map(([key, given]) => taskOf(key, agent, given)),
  }
}

function taskOf(key: string, agent: string, given: readonly string[] | TaskSettings): NewTask {
  return {
    key,
    title: `Task ${key}`,
    type: 'general',
    agent,
    priority: 'medium',
    complexity: 'medium',
    dependsOn: isList(given) ? given : [],
    lanes: [],
    timeoutMs: 600_000,
    maxRetries: 0,
    payload: {},
    ...(isList(given) ? {} : given),
  }
}

const isList = (given: readonly string[] | TaskSettings): given is readonly string[] =>
  Array.isArray(given)

/** Many tasks alike. */
export function manyTasks(
  count: number,
  settings: TaskSettings = {},
): Record<string, TaskSettings> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, settings]))
}

export const newAgent = (): string => `agent-${newId()}`

export const success = (output: JsonObject = {}): Performed & { readonly kind: 'succeeded' } => ({
  kind: 'succeeded',
  output,
  cost: {},
  simulated: false,
  cached: false,
})

export const succeed: Perform = async ({ key }) => success({ key })

/** Polls until `probe` gives something; the limit only ends a test that has failed. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const end = performance.now() + 30_000
  while (performance.now() < end) {
    const found = await probe()
    if (found !== null && found !== undefined && found !== false) return found
    await delay(10)
  }
  throw new Error(`30 s passed without: ${what}`)
}

export function ended(engine: Engine, id: string): Promise<Run> {
  return until(`run ${id} ends`, async () => {
    const run = await engine.run(id)
    return run.finishedAt === null ? null : run
  })
}

export async function tasksOf(engine: Engine, id: string): Promise<Record<string, Task>> {
  const { tasks } = await engine.tasks(id, { limit: 100_000 })
  return Object.fromEntries(tasks.map((task) => [task.id, task]))
}

export async function statesOf(engine: Engine, id: string): Promise<Record<string, string>> {
  const tasks = await tasksOf(engine, id)
  return Object.fromEntries(Object.entries(tasks).map(([key, task]) => [key, task.state]))
}

/** Waits until the task is in that state. */
export function reaches(engine: Engine, id: string, [key, state]: [string, string]): Promise<Task> {
  return until(`task ${key} is ${state}`, async () => {
    const task = (await tasksOf(engine, id))[key]
    return task?.state === state ? task : null
  })
}

/** An agent whose attempts end only when the test says how. */
export class HeldAgent {
  readonly #open = new Map<string, (result: Performed | Error) => void>()
  readonly begun: { readonly key: string; readonly attempt: number; readonly task: number }[] = []
  readonly aborted: string[] = []
  readonly perform: Perform = (claimed, { signal }) =>
    new Promise((resolve, reject) => {
      const { key, attempt, task } = claimed
      this.begun.push({ key, attempt, task })
      this.#open.set(key, (result) => (result instanceof Error ? reject(result) : resolve(result)))
      signal.addEventListener('abort', () => {
        this.aborted.push(key)
        reject(signal.reason)
      })
    })

  get keys(): string[] {
    return this.begun.map((one) => one.key)
  }

  /** Waits until the task has begun, then ends it. */
  async end(key: string, result: Performed | Error = success()): Promise<void> {
    const settle = await until(`${key} has begun`, () => this.#open.get(key))
    this.#open.delete(key)
    settle(result)
  }

  async hasBegun(key: string, attempt = 1): Promise<void> {
    await until(`${key} has begun attempt ${attempt}`, () =>
      this.begun.some((one) => one.key === key && one.attempt === attempt),
    )
  }
}

/** Counts how many attempts run at once. */
export function counted(perform: Perform): {
  readonly perform: Perform
  readonly most: () => number
} {
  let now = 0
  let most = 0
  return {
    most: () => most,
    perform: async (claimed, context) => {
      now += 1
      most = Math.max(most, now)
      try {
        return await perform(claimed, context)
      } finally {
        now -= 1
      }
    },
  }
}

export const pause = (ms: number): Promise<void> => delay(ms)

export type Wire = {
  /** Called with the query's name or text before it is sent; may wait, or throw. */
  readonly send?: (query: string) => Promise<void> | void
  /** Called after the database has answered, before the engine hears of it. */
  readonly answer?: (
    query: string,
    row: Record<string, unknown> | undefined,
  ) => Promise<void> | void
}

/** The same pool behind a wire that delays or loses what the test wants delayed or lost. */
export function wired(pool: Pool, wire: Wire): Pool {
  const query = async (
    given: string | { readonly name?: string; text: string },
    values?: unknown[],
  ) => {
    const name = typeof given === 'string' ? given : (given.name ?? given.text)
    await wire.send?.(name)
    const result = await (typeof given === 'string'
      ? pool.query<Record<string, unknown>>(given, values)
      : pool.query<Record<string, unknown>>(given))
    await wire.answer?.(name, result.rows[0])
    return result
  }
  return new Proxy(pool, {
    get: (target, name) => {
      if (name === 'query') return query
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** A door that is open until shut; those who pass wait until it opens again. */
export function gate(): {
  readonly shut: () => void
  readonly open: () => void
  readonly pass: () => Promise<void>
} {
  let closed: PromiseWithResolvers<void> | null = null
  return {
    shut: () => {
      closed ??= Promise.withResolvers()
    },
    open: () => {
      closed?.resolve()
      closed = null
    },
    pass: async () => await closed?.promise,
  }
}

export const connectionLost = (): Error =>
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

/** No place is held any more, and no attempt is open. */
export async function leftovers(pool: Pool, run: string): Promise<unknown> {
  const { rows } = await pool.query<{ found: unknown }>(
    `select jsonb_build_object(
       'runs', (select jsonb_agg(jsonb_build_array(held, open)) from maniple.runs where id = $1 and (held <> 0 or open <> 0)),
       'groups', (select count(*) from maniple.task_groups where run_id = $1 and ready <> 0),
       'lanes', (select jsonb_object_agg(l.id, l.held) from maniple.lanes l where l.held <> 0
         and l.id in (select unnest(lanes) from maniple.task_groups where run_id = $1)),
       'tasks', (select count(*) from maniple.tasks where run_id = $1 and (worker_id is not null
         or state not in ('succeeded', 'failed', 'skipped', 'cancelled')))) as found`,
    [run],
  )
  return rows[0]?.found
}

export const nothingLeft = { runs: null, groups: 0, lanes: null, tasks: 0 }

export type { ClaimedTask }
