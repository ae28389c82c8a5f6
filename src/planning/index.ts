export {
  type BatchOptions,
  batchParents,
  countParents,
  type ParentBatch,
} from './batch-parents.ts'
export {
  type BisectAnswer,
  type BisectStep,
  bisect,
  type FinishedBranch,
  mostChecks,
} from './bisect.ts'
export { estimateTime } from './estimate-time.ts'
export { dashboard } from './github/dashboard.ts'
export type { DashboardAggregate, DashboardRow, DashboardView } from './github/dashboard-view.ts'
export { decideWorker, type WorkerStep } from './github/decide-worker.ts'
export { type IssueRef, quoteBlock } from './github/plain-text.ts'
export {
  statusLabels,
  type WorkerIssue,
  type WorkerParent,
  type WorkerTask,
  workerIssue,
  workerLabel,
} from './github/worker-issue.ts'
export { layerSizes, type SuggestedWidth, suggestWidth, widestLayer } from './suggest-width.ts'
export type { Collision } from './waves/find-collisions.ts'
export { overlapWaves, type WavePlan, type WaveTask } from './waves/overlap-waves.ts'
export { type PredictedFiles, predictFiles } from './waves/predict-files.ts'
export type { BindingLimit } from './width/find-binding.ts'
export type { WidthFigure, WidthLimitName } from './width/measure-limits.ts'
export { planWidth, type WidthPlan } from './width/plan-width.ts'
export { type PlannedWidth, replanWidth } from './width/replan-width.ts'
export {
  type BudgetRoom,
  type CreationWindow,
  documentedLimits,
  type LaneRoom,
  type WidthLimits,
  type WidthWork,
  type WorkerWrites,
} from './width/width-facts.ts'
