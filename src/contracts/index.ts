export type {
  Agent,
  AgentContext,
  AgentResult,
  AgentTask,
  ClosingResult,
  ClosingTask,
} from './agent.ts'
export type { ModelClient, ModelReply, ModelRequest } from './model-client.ts'
export { BindingLimit, Run, RunEvent, RunKind, RunReport, RunState } from './run.ts'
export { LevelName, RunOptions, RunRequest } from './run-request.ts'
export type { Page, RunService, RunSnapshot } from './run-service.ts'
export type { SplitPlan, SplitTask, WorkerTemplate } from './split-plan.ts'
export { Complexity, Priority, Task, TaskError, TaskState } from './task.ts'
export { Wait, WaitReason } from './wait.ts'
