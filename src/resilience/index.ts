export { isConnectionError, isDataError } from './database-errors.ts'
export { FailureWindow } from './failure-window.ts'
export { type RetryDelayOptions, retryDelayMs } from './retry-delay.ts'
export { type RetryOptions, withRetry } from './with-retry.ts'
