import type { Account } from '../contracts/index.ts'
import type { Lane, Way } from '../engine/index.ts'
import { budgetLanes } from './budget-lanes.ts'
import type { Fleet } from './gateway/gateway-parts.ts'

/** The lanes of a run whose tasks go to models: one for each model, one for each budget. */
export function runLanes(fleet: Fleet, accounts: readonly Account[]): readonly Lane[] {
  const models = [...fleet.values()].map(({ profile: { lane } }) => ({
    name: lane.name,
    capacity: lane.concurrency,
  }))
  return [...models, ...budgetLanes(accounts)]
}

/** A task takes a place in the lane of the first of its models that has one. */
export function waysOf(fleet: Fleet, order: readonly string[]): readonly Way[] {
  return order.flatMap((choice) => {
    const model = fleet.get(choice)
    return model === undefined ? [] : [{ choice, lanes: [model.profile.lane.name] }]
  })
}
