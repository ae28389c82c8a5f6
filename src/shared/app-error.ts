import { type ErrorCode, errorCatalogue } from './error-catalogue.ts'

type AppErrorOptions = ErrorOptions & {
  /** Overrides the catalogue's answer, for a code that can be either. */
  readonly isRetryable?: boolean
  /** How long the other side asked us to stay away, in milliseconds. */
  readonly retryAfterMs?: number
}

/**
 * Every failure that a person or a program may meet: a stable code from the catalogue and a message
 * that names the offending value and the remedy.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly isRetryable: boolean
  readonly httpStatus: number
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options)
    const entry = errorCatalogue[code]
    this.code = code
    this.isRetryable = options.isRetryable ?? entry.isRetryable
    this.httpStatus = entry.httpStatus
    this.retryAfterMs = options.retryAfterMs
  }
}
