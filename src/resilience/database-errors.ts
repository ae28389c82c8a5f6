import { AppError } from '../shared/index.ts'

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
])

// Class 08 is connection trouble; the rest: shut down by an administrator, after a crash, still
// starting up, dropped for idleness, and no connection left.
const serverCodes = /^(?:08...|57P01|57P02|57P03|57P05|25P03|53300)$/

// The driver throws these without a code.
const driverMessages =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed and is not queryable|timeout exceeded when trying to connect|timeout expired|Query read timeout)/

const property = (error: object, name: string): unknown => Reflect.get(error, name)

/** True where the server could not be reached or went away: the same statement may work later. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AppError) return error.code === 'database_unavailable' && error.isRetryable
  // Node tries every address of a host and throws what each of them failed with.
  if (error instanceof AggregateError) return error.errors.some(isConnectionError)
  const code = property(error, 'code')
  if (typeof code === 'string') {
    // A Unix socket that is gone; any other missing file is not ours to wait for.
    const socketGone = code === 'ENOENT' && property(error, 'syscall') === 'connect'
    if (networkCodes.has(code) || serverCodes.test(code) || socketGone) return true
  }
  return driverMessages.test(error.message) || isConnectionError(error.cause)
}

/** True where PostgreSQL refuses the data itself (classes 22 and 23): no retry can help. */
export function isDataError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = property(error, 'code')
  if (typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code)) return true
  return isDataError(error.cause)
}
