import type { Config } from '../config/index.ts'
import type { RunOptions, SplitPlan } from '../contracts/index.ts'
import { AppError, type Json } from '../shared/index.ts'
import { splitWorkflow } from '../splitting/index.ts'

function named(name: string, error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  return new AppError(error.code, `${name}: ${error.message}`, { cause: error })
}

/**
 * Splits without an app: pure, so that bad input is told before a database is started. Errors of
 * the splitter begin with the input's name.
 */
export function planInput(
  input: { readonly name: string; readonly value: Json },
  options: RunOptions,
  settings: Config,
): SplitPlan {
  const { maxInputBytes, maxTasks } = settings.limits
  const limits = { maxBytes: maxInputBytes, maxTasks }
  try {
    return splitWorkflow(input.value, { level: options.level, title: options.title, limits })
  } catch (error) {
    throw named(input.name, error)
  }
}
