import type { Config } from '../config/index.ts'
import type { RunOptions, SplitPlan } from '../contracts/index.ts'
import type { Json } from '../shared/index.ts'
import { splitWorkflow } from '../splitting/index.ts'

/** Splits without an app: pure, so that bad input is told before a database is started. */
export function planInput(input: Json, options: RunOptions, settings: Config): SplitPlan {
  const { maxInputBytes, maxTasks } = settings.limits
  return splitWorkflow(input, {
    level: options.level,
    title: options.title,
    limits: { maxBytes: maxInputBytes, maxTasks },
  })
}
