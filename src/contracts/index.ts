export type {
  Agent,
  AgentContext,
  AgentParked,
  AgentResult,
  AgentTask,
  ClosingResult,
  ClosingTask,
  PromptAgent,
  TaskRouting,
} from './agent.ts'
export { Analysis, AnalysisRequest } from './analysis.ts'
export { type AuditEntry, AuditResult } from './audit-record.ts'
export { type BudgetPage, BudgetStatus, CapPeriod, CapScope } from './budget-status.ts'
export { type Caller, Role } from './caller.ts'
export { BreakerState, Catalogue, LaneStatus } from './catalogue.ts'
export {
  Effect,
  type EffectClass,
  EffectRecord,
  EffectState,
  EffectSummary,
  EffectType,
  GatePause,
  Taint,
} from './effect.ts'
export type {
  EffectContext,
  EffectDecision,
  EffectGate,
  EffectMarker,
  EffectOrigin,
  EffectOutcome,
  EffectPerformer,
  EffectPerformers,
  EffectQuery,
  EffectRequest,
} from './effect-gate.ts'
export type { GitHubService, IssueStart } from './github-service.ts'
export type {
  Account,
  AccountStatement,
  Amounts,
  Refusal,
  Reservation,
  ReservationPart,
  SettlementRecord,
} from './ledger.ts'
export type { ModelCallRecord } from './model-call.ts'
export {
  type AnswerRepair,
  type ModelClient,
  type ModelReply,
  type ModelRequest,
  type ModelUsage,
  type OutputSchema,
  PaidModelError,
} from './model-client.ts'
export type {
  CallSubject,
  CompletionRecord,
  GatewayContext,
  GatewayReply,
  GatewayRequest,
  ModelGateway,
} from './model-gateway.ts'
export {
  EfficiencyRating,
  FallbackReason,
  OrchestrationAccepted,
  OrchestrationRequest,
  OrchestrationResult,
  RepositoryName,
  WorkloadRequest,
  WorkloadResult,
} from './orchestration.ts'
export type { OrchestrationService, PilotService } from './orchestration-service.ts'
export { PerformanceMetrics } from './performance.ts'
export {
  ArmFigures,
  PilotConfiguration,
  PilotEvent,
  PilotFeedback,
  PilotMetrics,
  PilotPhase,
  PilotState,
  PilotStatus,
  PilotVerdict,
} from './pilot.ts'
export type { ActorView, IssueView, PullView, RepositoryView } from './repository-view.ts'
export { PilotArm, RoutingDecision } from './routing-decision.ts'
export { BindingLimit, Run, RunEvent, RunKind, RunReport, RunState } from './run.ts'
export { LevelName, RunOptions, RunRequest } from './run-request.ts'
export type { Page, RunService, RunSnapshot } from './run-service.ts'
export { ModelPrice, ModelProfile, Specialist } from './specialist.ts'
export type { SplitPlan, SplitTask, WorkerTemplate } from './split-plan.ts'
export { Complexity, Priority, Task, TaskError, TaskState } from './task.ts'
export { Wait, WaitReason } from './wait.ts'
export type { DeliveryReceipt, IncomingDelivery, WebhookService } from './webhook-service.ts'
export type { DeliveredFile, Delivery, WorkDelivery, WorkPlace } from './work-delivery.ts'
