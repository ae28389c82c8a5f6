export { Engine, type EngineOptions, type Listen, type WorkerHandle } from './engine.ts'
export type {
  ClaimedTask,
  Lane,
  NewRun,
  NewTask,
  Perform,
  PerformContext,
  Performed,
} from './engine-types.ts'
export type { TaskResult } from './task-rows.ts'
export type { WorkerOptions, WorkerTimes } from './worker.ts'
