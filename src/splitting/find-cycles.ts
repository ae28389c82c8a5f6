/** For each vertex, the vertices that it depends on. */
export type DependencyGraph = readonly (readonly number[])[]

export type Cycle = {
  /** Each depends on the next, the last on the first. */
  readonly path: readonly number[]
  /** Everything that depends on itself through this knot, the path included. */
  readonly members: readonly number[]
}

/** One cycle for each knot of the graph. Linear, and without recursion: chains may be any length. */
export function findCycles(graph: DependencyGraph): readonly Cycle[] {
  return findKnots(graph).map((members) => ({
    path: shortestCycle(graph, members),
    members: members.toSorted((one, other) => one - other),
  }))
}

/** Tarjan's strongly connected components, those that hold a cycle. */
function findKnots(graph: DependencyGraph): number[][] {
  const state = {
    order: new Int32Array(graph.length).fill(-1),
    low: new Int32Array(graph.length),
    nextEdge: new Int32Array(graph.length),
    onStack: new Uint8Array(graph.length),
    stack: [] as number[],
    calls: [] as number[],
    counter: 0,
  }
  const knots: number[][] = []
  for (let root = 0; root < graph.length; root += 1) {
    if (state.order[root] !== -1) continue
    enter(root, state)
    while (state.calls.length > 0) advance(graph, state, knots)
  }
  return knots
}

type TarjanState = {
  readonly order: Int32Array
  readonly low: Int32Array
  readonly nextEdge: Int32Array
  readonly onStack: Uint8Array
  readonly stack: number[]
  readonly calls: number[]
  counter: number
}

function enter(vertex: number, state: TarjanState): void {
  state.order[vertex] = state.counter
  state.low[vertex] = state.counter
  state.counter += 1
  state.stack.push(vertex)
  state.onStack[vertex] = 1
  state.calls.push(vertex)
}

function advance(graph: DependencyGraph, state: TarjanState, knots: number[][]): void {
  const vertex = state.calls.at(-1) ?? 0
  const edge = state.nextEdge[vertex] ?? 0
  const target = graph[vertex]?.[edge]
  if (target === undefined) {
    leave(graph, state, knots)
    return
  }
  state.nextEdge[vertex] = edge + 1
  if (state.order[target] === -1) enter(target, state)
  else if (state.onStack[target] === 1) lower(state, vertex, state.order[target] ?? 0)
}

function leave(graph: DependencyGraph, state: TarjanState, knots: number[][]): void {
  const vertex = state.calls.pop() ?? 0
  const parent = state.calls.at(-1)
  const low = state.low[vertex] ?? 0
  if (parent !== undefined) lower(state, parent, low)
  if (low !== state.order[vertex]) return
  const members = state.stack.splice(state.stack.lastIndexOf(vertex))
  for (const member of members) state.onStack[member] = 0
  if (members.length > 1 || graph[vertex]?.includes(vertex)) knots.push(members)
}

function lower(state: TarjanState, vertex: number, value: number): void {
  state.low[vertex] = Math.min(state.low[vertex] ?? 0, value)
}

/** Breadth first from the first member back to itself, inside the knot. */
function shortestCycle(graph: DependencyGraph, members: readonly number[]): number[] {
  const inside = new Set(members)
  const start = members.reduce((least, member) => Math.min(least, member))
  const cameFrom = new Map<number, number>()
  const queue = [start]
  for (const vertex of queue) {
    for (const target of graph[vertex] ?? []) {
      if (target === start) return pathTo(vertex, start, cameFrom)
      if (!inside.has(target) || cameFrom.has(target)) continue
      cameFrom.set(target, vertex)
      queue.push(target)
    }
  }
  return [start]
}

function pathTo(end: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [end]
  for (let at = end; at !== start; ) {
    at = cameFrom.get(at) ?? start
    path.push(at)
  }
  return path.reverse()
}
