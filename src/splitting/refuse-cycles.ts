import { type Cycle, findCycles } from './find-cycles.ts'
import { inputError, listSome, shown, thousands } from './input-error.ts'
import type { Outline, TaskRange } from './outline.ts'

/** What a dependency names: a whole section, or tasks. */
export type Target = { readonly section: number | null; readonly tasks: TaskRange }

/** The resolved dependencies that the input states, by index of task and of section. */
export type Links = {
  readonly tasks: readonly (readonly Target[])[]
  readonly sections: readonly (readonly Target[])[]
}

export function indexesOf(range: TaskRange): number[] {
  return Array.from({ length: range.to - range.from }, (_, offset) => range.from + offset)
}

/**
 * Throws `split_cycle`. Looks at a graph of the tasks and of each section's start and end, which has
 * one edge for each thing said in the input, where the tasks alone may have a million.
 */
export function refuseCycles(outline: Outline, ids: readonly string[], links: Links): void {
  const count = outline.tasks.length
  const verticesOf = (target: Target) =>
    target.section === null ? indexesOf(target.tasks) : [count + 2 * target.section + 1]
  const graph = outline.tasks.map((task, index) => [
    ...task.after,
    ...(links.tasks[index] ?? []).flatMap(verticesOf),
    count + 2 * task.section,
  ])
  for (const [index, section] of outline.sections.entries()) {
    graph.push((links.sections[index] ?? []).flatMap(verticesOf))
    graph.push([...indexesOf(section.tasks), count + 2 * index])
  }
  const cycles = findCycles(graph)
  if (cycles.length === 0) return
  const name = vertexNames(outline, ids)
  const parts = cycles.map((cycle) => cycleText(cycle, outline, name))
  const form = parts.length === 1 ? 'a cycle' : `${thousands(parts.length)} cycles`
  throw inputError(
    'split_cycle',
    `The dependencies form ${form} (an arrow means "depends on"): ${listSome(parts, '; ')}. Remove one dependency of each.`,
  )
}

function vertexNames(outline: Outline, ids: readonly string[]): (vertex: number) => string {
  const count = outline.tasks.length
  return (vertex) => {
    const task = outline.tasks[vertex]
    const section = outline.sections[Math.floor((vertex - count) / 2)]
    return shown(task === undefined ? (section?.name ?? '') : (task.givenId ?? ids[vertex] ?? ''))
  }
}

function cycleText(cycle: Cycle, outline: Outline, name: (vertex: number) => string): string {
  const count = outline.tasks.length
  const members = new Set(cycle.members)
  const startOf = (vertex: number) => count + 2 * (outline.tasks[vertex]?.section ?? 0)
  const { path } = cycle
  // A task that only carries the cycle through its section is not what closes it.
  const isPassage = (at: number) => {
    const vertex = path[at] ?? 0
    const before = path.at(at - 1)
    const after = path[(at + 1) % path.length]
    return vertex < count && after === startOf(vertex) && before === startOf(vertex) + 1
  }
  const closing = path.filter((_, at) => !isPassage(at))
  // A section's start and end bear the same name: said once.
  const steps = closing.filter(
    (vertex, at) => at === 0 || name(vertex) !== name(closing[at - 1] ?? 0),
  )
  if (steps.length > 1 && name(steps[0] ?? 0) === name(steps.at(-1) ?? 0)) steps.pop()
  const ring = fromFirst(steps, outline).map(name)
  const said = new Set(ring)
  const isCarried = (vertex: number) =>
    vertex < count && members.has(startOf(vertex)) && members.has(startOf(vertex) + 1)
  const others = cycle.members.filter((vertex) => !isCarried(vertex)).map(name)
  const rest = [...new Set(others)].filter((text) => !said.has(text))
  const arrows = listSome([...ring, ring[0] ?? ''], ' → ', 400)
  return rest.length === 0 ? arrows : `${arrows} (also in it: ${listSome(rest, ', ', 150)})`
}

/** The same ring, beginning with what comes first in the input. */
function fromFirst(ring: readonly number[], outline: Outline): number[] {
  const count = outline.tasks.length
  const places = ring.map((vertex) => {
    const section = outline.sections[Math.floor((vertex - count) / 2)]
    return vertex < count ? vertex : (section?.tasks.from ?? 0)
  })
  const least = places.reduce((best, place, at) => (place < (places[best] ?? 0) ? at : best), 0)
  return [...ring.slice(least), ...ring.slice(0, least)]
}
