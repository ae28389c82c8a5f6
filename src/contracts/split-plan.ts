import type { Complexity, Priority } from './task.ts'

/** A task as splitting made it, before the engine knows it. */
export type SplitTask = {
  /** Unique in the plan; only a–z, 0–9 and dashes, at most 60 characters: safe in files and refs. */
  readonly id: string
  /** One line, at most 200 characters. */
  readonly title: string
  /** Task type of A3: code_generation, code_review, documentation, issue_management, security_scanning, general. */
  readonly type: string
  /** Worker type of B3. */
  readonly workerType: 'code-generation' | 'ai-analysis' | 'general'
  readonly priority: Priority
  readonly complexity: Complexity
  /** Ids of tasks in the same plan. */
  readonly dependsOn: readonly string[]
  /** The whole prompt for the agent: plain text, may hold several lines. */
  readonly instructions: string
  /** Estimated minutes; good granularity is 2–10. */
  readonly estimateMinutes: number
}

export type WorkerTemplate = {
  readonly runner: string | null
  /** Milliseconds; null when the input gave none. */
  readonly timeoutMs: number | null
  /** Null when the input gave none. */
  readonly retries: number | null
  readonly cache: boolean
}

export type SplitPlan = {
  readonly title: string
  readonly tasks: readonly SplitTask[]
  readonly workerTemplate: WorkerTemplate
  /** Things a person should know: estimates outside 2–10 minutes, grouping done, keys ignored. */
  readonly notes: readonly string[]
}
