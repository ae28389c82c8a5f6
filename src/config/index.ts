export { type ConfigKey, configKeys } from './config-keys.ts'
export { CommandAgentConfig, Config } from './config-schema.ts'
export { type Environment, type Machine, processEnvironment, thisMachine } from './environment.ts'
export { type LoadConfigOptions, loadConfig } from './load-config.ts'
