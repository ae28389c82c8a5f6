import type { LoopRules } from '../../policy/index.ts'
import type { GitHubParts } from './github-parts.ts'

/** What keeps a chain of runs from going on for ever. */
export function loopRules(
  { loop, gate }: GitHubParts['config'],
  ownActors: readonly number[] = [],
): LoopRules {
  return {
    ownActors,
    maxDepth: loop.maxDepth,
    maxEventsPerObjectHour: 200,
    maxEffectsPerRoot: gate.perRoot,
    maxStartsPerObjectHour: 5,
    maxSpendPerRoot: null,
  }
}
