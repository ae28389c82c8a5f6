export type {
  AnthropicSettings,
  AzureFoundrySettings,
  ModelPorts,
  ModelSettings,
  OpenAiCompatibleSettings,
  SimulatedSettings,
} from './contract.ts'
export { findPrice, priceTableVersion } from './price-table.ts'
export { profileOf } from './profile-of.ts'
export { createModelClient, prepareModels } from './registry.ts'
