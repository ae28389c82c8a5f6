export { AppError } from './app-error.ts'
export { type Clock, systemClock, type TimerClock } from './clock.ts'
export { type ErrorCode, errorCatalogue } from './error-catalogue.ts'
export type { Json, JsonObject } from './json.ts'
export type { Log } from './log.ts'
export { newId } from './new-id.ts'
export {
  HostIdentity,
  identifyHost,
  identifyProcess,
  isAlive,
  isGone,
  ownProcessPlace,
  ProcessIdentity,
  type ProcessPlace,
  readLinuxStatus,
} from './process-identity.ts'
export { type ScaledClock, type ScaledClockOptions, scaledClock } from './scaled-clock.ts'
export {
  findSecretShapes,
  hideRanges,
  hideSecretShapes,
  mergeRanges,
  type TextRange,
} from './secret-shapes.ts'
export { storableText } from './storable-text.ts'
export { inTurns, mapInTurns } from './take-turns.ts'
