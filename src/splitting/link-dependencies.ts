import { mostEdges, tooManyEdges } from './edge-limit.ts'
import { inputError, listSome, shown } from './input-error.ts'
import type { GivenId, Outline, Reference } from './outline.ts'
import { indexesOf, type Links, refuseCycles, type Target } from './refuse-cycles.ts'
import { suggestName } from './suggest-name.ts'

/**
 * For each task the indexes of the tasks it depends on, ascending. A section that depends on another
 * is said by as few edges as mean the same: its first tasks wait for the other's last ones.
 * Throws `split_duplicate_id`, `split_unknown_dependency`, `split_cycle` or `input_too_large`.
 */
export function linkDependencies(outline: Outline, ids: readonly string[]): number[][] {
  const given = outline.tasks.reduce((sum, task) => sum + task.after.length, 0)
  if (given > mostEdges(ids.length)) throw tooManyEdges(ids.length)
  const resolve = resolver(outline, ids)
  const links: Links = {
    tasks: outline.tasks.map((task) => distinct(task.dependencies).map(resolve.find)),
    sections: outline.sections.map((section) => distinct(section.dependencies).map(resolve.find)),
  }
  resolve.finish()
  refuseCycles(outline, ids, links)
  return expandEdges(outline, links)
}

/** One named twice is one. A list that repeats a large section would else be gone through for ever. */
function distinct(references: readonly Reference[]): readonly Reference[] {
  const seen = new Set<string>()
  return references.filter(({ name }) => seen.size < seen.add(name.trim()).size)
}

function resolver(outline: Outline, ids: readonly string[]) {
  const names = namesOf(outline.givenIds)
  const made = new Map(ids.map((id, index) => [id, index]))
  const unknown: Reference[] = []
  const find = (reference: Reference): Target => {
    const given = names.get(reference.name.trim())
    if (given !== undefined) return given
    const index = made.get(reference.name.trim())
    if (index === undefined) unknown.push(reference)
    return { section: null, tasks: { from: index ?? 0, to: index === undefined ? 0 : index + 1 } }
  }
  const finish = () => {
    if (unknown.length > 0) throw unknownDependencies(unknown, [...names.keys(), ...made.keys()])
  }
  return { find, finish }
}

function namesOf(givenIds: readonly GivenId[]): Map<string, GivenId> {
  const names = new Map<string, GivenId>()
  const doubles = new Map<string, string[]>()
  for (const given of givenIds) {
    const first = names.get(given.id)
    if (first === undefined) {
      names.set(given.id, given)
      continue
    }
    const places = doubles.get(given.id)
    if (places === undefined) doubles.set(given.id, [first.place, given.place])
    else places.push(given.place)
  }
  if (doubles.size === 0) return names
  const parts = [...doubles].map(([id, places]) => `"${shown(id)}" (${listSome(places, ' and ')})`)
  throw inputError(
    'split_duplicate_id',
    `Ids must be unique, and these are not: ${listSome(parts)}. Rename all but one.`,
  )
}

function unknownDependencies(unknown: readonly Reference[], names: readonly string[]): Error {
  const parts = unknown.map((reference, index) => {
    // The search is costly, and no message has room for more.
    const near = index < 5 ? suggestName(reference.name.trim(), names) : null
    const hint = near === null ? '' : `, did you mean "${shown(near)}"?`
    return `"${shown(reference.name)}" (${reference.place}${hint})`
  })
  return inputError(
    'split_unknown_dependency',
    `No node or task has the id that is depended on: ${listSome(parts)}.`,
  )
}

function expandEdges(outline: Outline, links: Links): number[][] {
  const inside = outline.tasks.map((task, index) => insideEdges(outline, links, { task, index }))
  const isLast = new Uint8Array(outline.tasks.length).fill(1)
  for (const edges of inside) for (const edge of edges) isLast[edge] = 0
  const lastTasks = outline.sections.map((section) =>
    indexesOf(section.tasks).filter((index) => isLast[index] === 1),
  )
  const expand = (target: Target) =>
    target.section === null ? indexesOf(target.tasks) : (lastTasks[target.section] ?? [])
  const most = mostEdges(outline.tasks.length)
  let total = 0
  return outline.tasks.map((task, index) => {
    const own = links.tasks[index] ?? []
    const isFirst = inside[index]?.length === 0
    const targets = isFirst ? [...own, ...(links.sections[task.section] ?? [])] : own
    const edges = new Set(task.after)
    for (const target of targets) for (const edge of expand(target)) edges.add(edge)
    total += edges.size
    if (total > most) throw tooManyEdges(outline.tasks.length)
    return [...edges].toSorted((one, other) => one - other)
  })
}

type IndexedTask = { readonly task: Outline['tasks'][number]; readonly index: number }

/** The dependencies of a task inside its own section. */
function insideEdges(outline: Outline, links: Links, { task, index }: IndexedTask): number[] {
  const own = outline.sections[task.section]?.tasks ?? { from: 0, to: 0 }
  const named = (links.tasks[index] ?? []).flatMap((target) =>
    target.section === null ? indexesOf(target.tasks) : [],
  )
  return [...task.after, ...named].filter((edge) => edge >= own.from && edge < own.to)
}
