import { AppError, inTurns } from '../shared/index.ts'
import type { NewRun, NewTask, TaskSpec, Way } from './engine-types.ts'

const priorityStep = { critical: 3, high: 2, medium: 1, low: 0 } as const

/** As much as one statement brings: what the database holds in memory at once. */
const mostTasks = 1000
const mostBytes = 4_000_000
/** PostgreSQL's own bound of a jsonb value is 268 MB. */
const mostBytesOfRun = 250_000_000

export type Group = {
  readonly agent: string
  readonly lanes: readonly string[]
  readonly isClosing: boolean
  /** In the order of preference; the first is the home, where the tasks are queued. */
  readonly ways: readonly (Way | null)[]
}

export type PreparedTasks = {
  /** The run's input as JSON. */
  readonly input: string
  readonly groups: readonly Group[]
  /** JSON arrays of tasks, which name their group by its place in `groups`. */
  readonly chunks: readonly string[]
  /** Pairs by ordinal: the task `needing[i]` waits for the task `needed[i]`. */
  readonly edges: { readonly needed: readonly number[]; readonly needing: readonly number[] }
}

/**
 * Everything that a run stores, in pieces that the database can take. Throws `input_too_large`
 * where all of them come to more than a run may store.
 */
export async function prepareTasks(runId: string, run: NewRun): Promise<PreparedTasks> {
  const given = run.closing === null ? run.tasks : [closingTask(run, run.closing), ...run.tasks]
  // A dependency named twice is still one that ends once.
  const tasks = given.map((task) => ({ ...task, dependsOn: [...new Set(task.dependsOn)] }))
  const first = run.closing === null ? 1 : 0
  const ordinals = new Map(tasks.map(({ key }, index) => [key, index + first]))
  const groups = new Map<string, Group & { readonly place: number }>()
  const edges = { needed: [] as number[], needing: [] as number[] }
  const input = JSON.stringify(run.input)
  const pieces = new Pieces(Buffer.byteLength(input))
  await inTurns(tasks, (task, index) => {
    const ordinal = index + first
    for (const key of task.dependsOn) {
      edges.needed.push(ordinalOf(key, ordinals))
      edges.needing.push(ordinal)
    }
    const row = {
      group: placeOf(task, groups),
      ordinal,
      // The closing task waits for all others, which is not written as edges.
      pending: task.key === closingKey ? 1 : task.dependsOn.length,
      boost: priorityStep[task.priority] * run.ageingMs,
      key: task.key,
      needs: task.dependsOn,
      spec: specOf(runId, task),
    }
    pieces.add(JSON.stringify(row))
  })
  return { input, groups: [...groups.values()], chunks: pieces.end(), edges }
}

/** A dependency that nobody ever ends would keep the run open for ever. */
function ordinalOf(key: string, ordinals: ReadonlyMap<string, number>): number {
  const ordinal = ordinals.get(key)
  if (ordinal !== undefined) return ordinal
  throw new AppError('internal', 'the plan of a run names a dependency that it does not have')
}

function placeOf(task: NewTask, groups: Map<string, Group & { readonly place: number }>): number {
  const isClosing = task.key === closingKey
  // A lane named twice is still one place.
  const lanes = [...new Set(task.lanes)].sort()
  const { agent, ways = [] } = task
  const key = JSON.stringify([agent, lanes, isClosing, ways])
  const known = groups.get(key)
  if (known !== undefined) return known.place
  const place = groups.size
  groups.set(key, { agent, lanes, isClosing, ways: ways.length > 0 ? ways : [null], place })
  return place
}

/** Gathers rows of JSON into arrays, none of them larger than a statement should be. */
class Pieces {
  readonly #chunks: string[] = []
  #rows: string[] = []
  #bytes = 0
  #total: number

  constructor(bytesBefore: number) {
    this.#total = bytesBefore
  }

  add(row: string): void {
    const bytes = Buffer.byteLength(row)
    this.#total += bytes
    if (this.#total > mostBytesOfRun) {
      throw new AppError(
        'input_too_large',
        `the run would store more than ${mostBytesOfRun} bytes. Split it into several runs.`,
      )
    }
    if (this.#rows.length === mostTasks || this.#bytes + bytes > mostBytes) this.#cut()
    this.#rows.push(row)
    this.#bytes += bytes
  }

  end(): readonly string[] {
    this.#cut()
    return this.#chunks
  }

  #cut(): void {
    if (this.#rows.length > 0) this.#chunks.push(`[${this.#rows.join(',')}]`)
    this.#rows = []
    this.#bytes = 0
  }
}

/** What a worker is handed, and what clients are told, of what never changes. */
function specOf(runId: string, task: NewTask): TaskSpec {
  const { lanes: _lanes, ways: _ways, ...spec } = task
  return { ...spec, runId, isClosing: task.key === closingKey }
}

/** Ordinal 0 and a key no splitter makes; it is neither counted nor listed among the tasks. */
const closingKey = '.closing'

function closingTask(run: NewRun, closing: NonNullable<NewRun['closing']>): NewTask {
  return {
    key: closingKey,
    title: 'Draw the results together',
    type: 'closing',
    agent: run.agent,
    priority: 'medium',
    complexity: 'medium',
    dependsOn: [],
    lanes: [],
    timeoutMs: closing.timeoutMs,
    maxRetries: 1,
    payload: closing.payload,
  }
}
