export type { AuditRow } from './audit/audit-row.ts'
export { AuditHead } from './audit/audit-segments.ts'
export { boundRefusals, type Refusals } from './audit/bound-refusals.ts'
export { type Audit, createAudit } from './audit/create-audit.ts'
export type { AuditReport } from './audit/verify-audit.ts'
export { findCachedResult, keepCachedResult } from './cached-results/cached-results.ts'
export {
  claimDeliveries,
  countDeliveries,
  type DeliveryRow,
  finishDelivery,
  type NewDelivery,
} from './deliveries/delivery-rows.ts'
export { DeliveryStore } from './deliveries/delivery-store.ts'
export {
  claimEffect,
  countEffects,
  countWaitingEffects,
  decideEffect,
  type EffectEnd,
  findEffect,
  finishEffect,
  insertEffect,
  listEffects,
  type StoredCounts,
} from './effects/effect-rows.ts'
export { pauseGate, readPauses, resumeGate } from './effects/gate-pauses.ts'
export { findMadeObject, readTaskType } from './effects/made-objects.ts'
export { createGitHubAnswers } from './github/github-answers.ts'
export { createGitHubPace } from './github/github-pace.ts'
export {
  claimGitHubRuns,
  findGitHubRun,
  type GitHubRun,
  type GitHubRunLooked,
  type GitHubWorker,
  insertGitHubRun,
  noteGitHubWorker,
  readGitHubWorkers,
  readMarkerSecret,
  releaseGitHubRun,
  wakeGitHubRun,
  wakeGitHubRuns,
} from './github/github-runs.ts'
export { type RootCounts, readRootCounts } from './github/root-counts.ts'
export { createLedger, type Ledger, type LedgerOptions } from './ledger/ledger.ts'
export { listAccounts } from './ledger/statement-rows.ts'
export { keepModelCalls } from './model-calls/keep-model-calls.ts'
export { type ModelOutcome, readOutcomes } from './model-calls/read-outcomes.ts'
export { type PerformanceFigures, readPerformance } from './model-calls/read-performance.ts'
export { runModelCalls } from './model-calls/run-model-calls.ts'
export { sumCallCosts } from './model-calls/sum-call-costs.ts'
export {
  type ArmMetricSums,
  readArmFigures,
  readArmSums,
  type StageArm,
} from './pilots/arm-figures.ts'
export {
  type AssignmentRow,
  countAssignments,
  recordAssignments,
} from './pilots/pilot-assignments.ts'
export { keepFeedback } from './pilots/pilot-feedback.ts'
export { appendHistory, lastChange, readHistory } from './pilots/pilot-history.ts'
export {
  type PilotPosition,
  type PilotRow,
  readPilot,
  savePilot,
  withLockedPilot,
} from './pilots/pilot-row.ts'
export { createTokens, type TokenRow, type Tokens } from './tokens/create-tokens.ts'
