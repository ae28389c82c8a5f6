import * as z from 'zod'
import { RoutingDecision } from '../../contracts/index.ts'
import type { Json } from '../../shared/index.ts'
import type { StoredDecision } from '../task-payload.ts'

/** Where the run's input has them. */
export const decisionsEntry = 'decisions'

/**
 * Gathers the decisions of a run, each stored once: thousands of like workloads get the same one,
 * but for the draw of each.
 */
export class SharedDecisions {
  readonly all: RoutingDecision[] = []
  readonly #places = new Map<string, number>()

  add({ models, ...rest }: RoutingDecision): StoredDecision {
    const shared = { ...rest, models: { ...models, draw: null } }
    const key = JSON.stringify(shared)
    const known = this.#places.get(key)
    if (known !== undefined) return { place: known, draw: models.draw }
    const place = this.all.push(shared) - 1
    this.#places.set(key, place)
    return { place, draw: models.draw }
  }
}

/** Reads what `SharedDecisions` gathered. What is the same is shared, not copied. */
export function decisionReader(
  stored: Json,
): (decision: StoredDecision) => RoutingDecision | undefined {
  const decisions = z.array(RoutingDecision).parse(stored)
  return ({ place, draw }) => {
    const shared = decisions[place]
    return shared && { ...shared, models: { ...shared.models, draw } }
  }
}
