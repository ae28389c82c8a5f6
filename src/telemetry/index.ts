export { createLog, type Log, type LogOptions } from './create-log.ts'
export { hideSecrets } from './hide-secrets.ts'
