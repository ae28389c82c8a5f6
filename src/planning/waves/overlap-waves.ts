import type { Priority } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { ClaimTree } from './claim-tree.ts'
import { type Collision, findCollisions } from './find-collisions.ts'
import { type Claim, componentClaim, readClaim } from './read-claim.ts'

export type WaveTask = {
  readonly id: string
  /** Ids of other tasks given. */
  readonly dependsOn: readonly string[]
  readonly priority: Priority
  /** What it will write, as far as can be told: files, folders, globs. */
  readonly paths: readonly string[]
  readonly components: readonly string[]
}

export type WavePlan = {
  /** Ids of tasks that write in no common place; each stands after all it depends on. */
  readonly waves: readonly (readonly string[])[]
  readonly collisions: readonly Collision[]
  /** No plan could do with fewer: the longest chain, or the most tasks in one place. */
  readonly leastWaves: number
  /** How many places were looked at. */
  readonly looks: number
}

const ranks: Record<Priority, number> = { critical: 0, high: 1, medium: 2, low: 3 }

/** A task with what its place in an order goes by. */
type Ranked = {
  readonly task: WaveTask
  readonly claims: readonly Claim[]
  readonly index: number
  /** Its own, or that of the most urgent task that waits for it. */
  rank: number
  /** How many tasks wait for it, one after the other. */
  tail: number
  /** How many others it collides with at most; or more, when one that waits for it does. */
  weight: number
}

type Order = (one: Ranked, other: Ranked) => number
const byRank: Order = (one, other) => one.rank - other.rank
const byTail: Order = (one, other) => other.tail - one.tail
const byWeight: Order = (one, other) => other.weight - one.weight
const byIndex: Order = (one, other) => one.index - other.index

/** Each puts a task after those it depends on, as these have the longer tail and rank no lower. */
const orders: readonly (readonly Order[])[] = [
  [byRank, byTail, byWeight, byIndex],
  [byTail, byWeight, byRank, byIndex],
  [byWeight, byTail, byRank, byIndex],
]

/**
 * Puts tasks that would write in the same place into different waves. Greedy, in three orders (the
 * urgent first, long chains first, those with most collisions first); the fewest waves win, and of
 * equals the urgent. Throws `split_cycle` when dependencies form one.
 */
export function overlapWaves(tasks: readonly WaveTask[]): WavePlan {
  const claims = new Map(tasks.map((task) => [task.id, claimsOf(task)]))
  const collisions = findCollisions(claims)
  const ranked = rankTasks(tasks, claims, collisions)
  const plans = orders.map((order) =>
    placeTasks(ranked.toSorted((one, other) => firstOf(order, one, other))),
  )
  const [best = { waves: [], looks: 0 }] = plans.toSorted(
    (one, other) => one.waves.length - other.waves.length,
  )
  const crowds = collisions.map(({ tasks: all, inside }) => all.length + Math.min(1, inside.length))
  const chains = ranked.map(({ tail }) => tail + 1)
  return {
    waves: best.waves,
    collisions,
    leastWaves: Math.max(0, ...crowds, ...chains),
    looks: plans.reduce((sum, { looks }) => sum + looks, 0),
  }
}

function firstOf(order: readonly Order[], one: Ranked, other: Ranked): number {
  for (const by of order) {
    const difference = by(one, other)
    if (difference !== 0) return difference
  }
  return 0
}

function claimsOf({ paths, components }: WaveTask): readonly Claim[] {
  return [...paths.map(readClaim), ...components.map(componentClaim)].filter(
    (claim) => claim !== null,
  )
}

function placeTasks(ranked: readonly Ranked[]) {
  const tree = new ClaimTree()
  const waveOf = new Map<string, number>()
  const waves: string[][] = []
  for (const { task, claims } of ranked) {
    const after = task.dependsOn.map((id) => (waveOf.get(id) ?? -1) + 1)
    const wave = tree.firstFree(claims, Math.max(0, ...after))
    tree.take(claims, wave)
    waveOf.set(task.id, wave)
    const members = waves[wave] ?? []
    waves[wave] = members
    members.push(task.id)
  }
  return { waves, looks: tree.looks }
}

function rankTasks(
  tasks: readonly WaveTask[],
  claims: ReadonlyMap<string, readonly Claim[]>,
  collisions: readonly Collision[],
): readonly Ranked[] {
  const weights = new Map<string, number>()
  for (const { tasks: all, inside } of collisions) {
    for (const id of all) weights.set(id, (weights.get(id) ?? 0) + all.length + inside.length)
    for (const id of inside) weights.set(id, (weights.get(id) ?? 0) + all.length)
  }
  const ranked = new Map<string, Ranked>(
    tasks.map((task, index) => [
      task.id,
      {
        ...{ task, index, tail: 0 },
        claims: claims.get(task.id) ?? [],
        rank: ranks[task.priority],
        weight: weights.get(task.id) ?? 0,
      },
    ]),
  )
  for (const { task, rank, tail, weight } of dependantsFirst(ranked)) {
    for (const id of task.dependsOn) {
      const needed = ranked.get(id)
      if (needed === undefined) continue
      needed.rank = Math.min(needed.rank, rank)
      needed.tail = Math.max(needed.tail, tail + 1)
      needed.weight = Math.max(needed.weight, weight)
    }
  }
  return [...ranked.values()]
}

/** Each task after all that wait for it. */
function* dependantsFirst(ranked: ReadonlyMap<string, Ranked>): Generator<Ranked> {
  const waiting = new Map([...ranked.keys()].map((id) => [id, 0]))
  const count = (id: string, by: number) => {
    const now = (waiting.get(id) ?? 0) + by
    waiting.set(id, now)
    return now
  }
  const needs = (one: Ranked) => [...new Set(one.task.dependsOn)].filter((id) => ranked.has(id))
  for (const one of ranked.values()) for (const id of needs(one)) count(id, 1)
  const open = [...ranked.values()].filter(({ task }) => waiting.get(task.id) === 0)
  for (const one of open) {
    yield one
    waiting.delete(one.task.id)
    for (const id of needs(one)) {
      const needed = ranked.get(id)
      if (count(id, -1) === 0 && needed !== undefined) open.push(needed)
    }
  }
  if (waiting.size > 0) {
    const names = [...waiting.keys()].slice(0, 20).join(', ')
    throw new AppError('split_cycle', `Dependencies form a cycle among or before: ${names}.`)
  }
}
