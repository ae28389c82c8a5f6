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
  readonly #places = new Map<string, number>()

  add({ models, ...rest }: RoutingDecision): StoredDecision {
    const key = JSON.stringify({ ...rest, models: { ...models, draw: null } })
    const place = this.#places.get(key) ?? this.#places.size
    this.#places.set(key, place)
    return { place, draw: models.draw }
  }

  all(): RoutingDecision[] {
    return z.array(RoutingDecision).parse([...this.#places.keys()].map((text) => JSON.parse(text)))
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
