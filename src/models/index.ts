export type {
  ModelPorts,
  ModelSettings,
  OpenAiCompatibleSettings,
  SimulatedSettings,
} from './contract.ts'
export { prepareModels } from './openai-compatible/load-sdk.ts'
export { createModelClient } from './registry.ts'
