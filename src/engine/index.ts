export { Engine, type EngineOptions, type Listen, type WorkerHandle } from './engine.ts'
export type {
  ClaimedTask,
  Lane,
  NewRun,
  NewTask,
  Perform,
  PerformContext,
  Performed,
  Way,
} from './engine-types.ts'
export type { LaneState, ShutReason } from './lane-rows.ts'
export type { Lanes } from './lanes.ts'
export type { ParkedResult, ParkedTask } from './parked-rows.ts'
export type { TaskResult } from './task-rows.ts'
export type { WorkerOptions, WorkerTimes } from './worker.ts'
