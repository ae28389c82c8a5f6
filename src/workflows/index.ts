export { createRoster } from './create-roster.ts'
export type { Fleet } from './gateway/gateway-parts.ts'
export { hasGitHub, openGitHub, pullAgent } from './github/open-github.ts'
export { createWebhookService } from './github/receive-delivery.ts'
export { openFleet } from './open-fleet.ts'
export { type Models, openModels, runDefaults } from './open-models.ts'
export { laneStatuses } from './orchestration/read-catalogue.ts'
export { createPerformer } from './perform-task.ts'
export {
  createPilotService,
  type PilotController,
  type PilotServiceParts,
} from './pilot-service.ts'
export { createRunService } from './run-service.ts'
export type { RunServiceParts } from './run-service-parts.ts'
export { Upkeep } from './upkeep.ts'
