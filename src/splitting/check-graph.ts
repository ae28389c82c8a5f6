import { mostEdges, tooManyEdges } from './edge-limit.ts'
import { findCycles } from './find-cycles.ts'
import { inputError, listSome, shown } from './input-error.ts'
import { suggestName } from './suggest-name.ts'

type Node = { readonly id: string; readonly dependsOn: readonly string[] }

/**
 * Throws `split_duplicate_id`, `split_unknown_dependency` or `split_cycle`, which name the ids, or
 * `input_too_large`.
 */
export function checkGraph(nodes: readonly Node[]): void {
  const edges = nodes.reduce((sum, { dependsOn }) => sum + new Set(dependsOn).size, 0)
  if (edges > mostEdges(nodes.length)) throw tooManyEdges(nodes.length)
  const indexOf = new Map<string, number>()
  for (const [index, { id }] of nodes.entries()) {
    if (indexOf.has(id)) {
      throw inputError(
        'split_duplicate_id',
        `Two workloads have the id "${shown(id)}": give each its own`,
      )
    }
    indexOf.set(id, index)
  }
  const graph = nodes.map(({ id, dependsOn }) =>
    [...new Set(dependsOn)].map((needed) => {
      const index = indexOf.get(needed)
      if (index !== undefined) return index
      const near = suggestName(needed, [...indexOf.keys()])
      const hint = near === null ? '' : `; did you mean "${shown(near)}"?`
      throw inputError(
        'split_unknown_dependency',
        `Workload "${shown(id)}" depends on "${shown(needed)}", which is none of the workloads${hint}`,
      )
    }),
  )
  const [cycle] = findCycles(graph)
  if (cycle === undefined) return
  const ring = cycle.path.map((index) => shown(nodes[index]?.id ?? ''))
  throw inputError(
    'split_cycle',
    `The dependencies form a cycle (an arrow means "depends on"): ${listSome([...ring, ring[0] ?? ''], ' → ')}. Remove one of them.`,
  )
}
