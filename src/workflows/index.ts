export { createPerformer, type PerformerParts } from './perform-task.ts'
export { createRunService, type RunServiceParts } from './run-service.ts'
