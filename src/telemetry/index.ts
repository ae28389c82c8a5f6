export { createLog, type Log, type LogOptions } from './create-log.ts'
export { hideSecrets } from './hide-secrets.ts'
export { createMetrics, type Metrics } from './metrics.ts'
