import type { APICallError } from 'ai'
import { AppError } from '../../shared/index.ts'
import { excerpt } from './excerpt.ts'
import { retryAfterMs } from './retry-after.ts'

export type CallContext = {
  /** Provider and model, for messages. */
  readonly id: string
  readonly baseUrl: string
  /** Never shown, whatever the provider says. */
  readonly secrets: readonly string[]
  /** Milliseconds since the epoch, against which dates in Retry-After are read. */
  readonly now: number
}

/**
 * What a failed call means to the engine. The SDK's error does not go along as a cause: it carries
 * the whole prompt and the provider's body, which may repeat the key, into every log.
 */
export function toAppError(error: APICallError, context: CallContext): AppError {
  const status = error.statusCode
  if (status === undefined) return unreachable(error, context)
  if (status < 400) return unreadable(status, error, context)
  const wait = retryAfterMs(error.responseHeaders, context.now)
  const after = wait === undefined ? {} : { retryAfterMs: wait }
  const failed = (remedy: string): string =>
    `${context.id} answered ${status}${said(error, context)}: ${remedy}`
  if (status === 429) {
    return isOutOfQuota(error)
      ? new AppError('model_failed', failed('the quota is used up, check plan and billing.'), {
          isRetryable: false,
        })
      : new AppError('model_rate_limited', failed('slowing down.'), after)
  }
  if (status === 410) {
    const remedy = `it was retired, configure another model or base URL than ${context.baseUrl}.`
    return new AppError('model_gone', failed(remedy))
  }
  const refusal = refusals.get(status)
  if (refusal !== undefined) {
    return new AppError('model_auth', failed(refusal.replace('$URL', context.baseUrl)))
  }
  if (status >= 500 || retryableStatuses.has(status)) {
    return new AppError('model_failed', failed('its fault, worth another try.'), after)
  }
  const remedy = 'the request does not suit it, change the task or the model.'
  return new AppError('model_failed', failed(remedy), { isRetryable: false })
}

const refusals = new Map([
  [401, 'check the API key.'],
  [403, 'check what the API key may use.'],
  [404, 'check the model name and the base URL $URL.'],
])

/** Time-out, conflict, too early. */
const retryableStatuses = new Set([408, 409, 425])

/** A failure that the SDK did not word: a network error, an answer that cannot be read. */
export function unexpectedFailure(error: unknown, context: CallContext): AppError {
  const message = error instanceof Error ? error.message : String(error)
  const reason = excerpt(message, context.secrets)
  return new AppError('model_failed', `The call to ${context.id} failed: ${reason}.`)
}

function unreachable(error: APICallError, context: CallContext): AppError {
  const reason = excerpt(error.message, context.secrets)
  const problem = `${context.id} cannot be reached at ${context.baseUrl} (${reason})`
  return new AppError('model_failed', `${problem}: check that it runs and the address is right.`)
}

function unreadable(status: number, error: APICallError, context: CallContext): AppError {
  const problem = `${context.id} answered ${status}, but with no chat completion`
  const shown = said(error, context)
  const remedy = `if this stays so, check the base URL ${context.baseUrl}.`
  return new AppError('model_failed', `${problem}${shown}: ${remedy}`)
}

/** OpenAI and Azure say so with 429; Anthropic with 400, which no retry follows anyway. */
function isOutOfQuota(error: APICallError): boolean {
  return error.responseBody?.includes('"insufficient_quota"') ?? false
}

function said(error: APICallError, context: CallContext): string {
  const text = excerpt(error.message, context.secrets)
  return text === '' ? '' : ` (${text})`
}
