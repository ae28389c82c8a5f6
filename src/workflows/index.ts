export { createPerformer, type PerformerParts } from './perform-task.ts'
export {
  createPilotService,
  type PilotAssignment,
  type PilotController,
  type PilotFacts,
  type PilotServiceParts,
} from './pilot-service.ts'
export { createRunService, type RunServiceParts } from './run-service.ts'
