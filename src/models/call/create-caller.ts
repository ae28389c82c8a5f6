import type { APICallError } from 'ai'
import type { ModelReply } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { ModelPorts } from '../contract.ts'
import type { CallRequest } from './call-request.ts'
import { readReply } from './read-reply.ts'
import { timeLimit } from './time-limit.ts'
import { type CallContext, toAppError, unexpectedFailure } from './to-app-error.ts'

/** What is used of a model of the AI SDK; its versions differ in the rest. */
type SdkModel = {
  readonly doGenerate: (options: {
    prompt: [
      { role: 'system'; content: string },
      { role: 'user'; content: [{ type: 'text'; text: string }] },
    ]
    abortSignal: AbortSignal
    maxOutputTokens?: number
    headers?: Record<string, string>
    responseFormat?: { type: 'json'; schema: Record<string, unknown>; name: string }
    providerOptions?: Record<string, { strictJsonSchema?: boolean; maxCompletionTokens?: number }>
  }) => PromiseLike<Parameters<typeof readReply>[1]>
}

/** A model ready for one call. */
export type OpenModel = {
  readonly model: SdkModel
  readonly isCallError: (error: unknown) => error is APICallError
  /** Never shown, whatever the provider says. */
  readonly secrets: readonly string[]
}

export type Connection = {
  /** Provider and model, for messages. */
  readonly id: string
  /** For messages. */
  readonly baseUrl: string
  readonly timeoutMs: number
  /** Loads what is needed, and is asked before every call: a promise only where it has to wait. */
  readonly open: () => OpenModel | Promise<OpenModel>
  /** The provider takes a JSON schema along; otherwise the prompt has to say it. */
  readonly takesSchema: boolean
  /** An OpenAI model of the SDK whose limit goes as `max_completion_tokens`. Default: false. */
  readonly newLimit?: boolean
}

/**
 * One call to a provider, the same for all of them. It neither retries nor queues: the engine does
 * both, by what the errors say.
 */
export function createCaller(
  connection: Connection,
  { clock }: ModelPorts,
): (request: CallRequest) => Promise<ModelReply> {
  const { id, baseUrl, timeoutMs } = connection
  return async (request) => {
    request.signal.throwIfAborted()
    const limit = timeLimit(request.signal, { timeoutMs, clock })
    let opened: OpenModel | undefined
    try {
      const opening = connection.open()
      opened = opening instanceof Promise ? await unlessAborted(opening, limit.signal) : opening
      // The model itself, not the SDK's generateText around it: measured with 50 calls at once,
      // that added 0.6 ms of CPU to each call, this 0.05 ms; its retries and steps are not wanted.
      const options = callOptions(request, connection)
      const result = await opened.model.doGenerate({ ...options, abortSignal: limit.signal })
      return readReply(id, result)
    } catch (error) {
      request.signal.throwIfAborted()
      if (limit.timedOut()) throw timeout(id, timeoutMs)
      if (error instanceof AppError) throw error
      const secrets = opened?.secrets ?? []
      const context: CallContext = { id, baseUrl, secrets, now: clock.now() }
      throw opened?.isCallError(error) === true
        ? toAppError(error, context)
        : unexpectedFailure(error, context)
    } finally {
      limit.end()
    }
  }
}

type CallOptions = Omit<Parameters<SdkModel['doGenerate']>[0], 'abortSignal'>

function callOptions(request: CallRequest, { takesSchema, newLimit }: Connection): CallOptions {
  const { maxOutputTokens, headers } = request
  const format = takesSchema ? request.format : undefined
  const limited = maxOutputTokens !== undefined
  const strict = format === undefined ? {} : { strictJsonSchema: format.strict }
  const limit = limited && newLimit ? { maxCompletionTokens: maxOutputTokens } : {}
  return {
    prompt: [
      { role: 'system', content: request.system },
      { role: 'user', content: [{ type: 'text', text: request.prompt }] },
    ],
    // Each provider of the SDK reads the key it knows and no other.
    providerOptions: { openaiCompatible: strict, openai: { ...strict, ...limit } },
    ...(limited && !newLimit ? { maxOutputTokens } : {}),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(format === undefined
      ? {}
      : { responseFormat: { type: 'json', schema: format.schema, name: 'answer' } }),
  }
}

function timeout(id: string, timeoutMs: number): AppError {
  const problem = `${id} gave no answer within ${timeoutMs / 1000} s`
  return new AppError('model_failed', `${problem}: worth another try, or raise the time-out.`)
}

/** For work that does not listen to a signal by itself. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
