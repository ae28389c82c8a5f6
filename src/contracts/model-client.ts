import type * as z from 'zod'
import { AppError, type ErrorCode, type JsonObject } from '../shared/index.ts'

/** Port through which the `model` agent reaches a provider; `models/` implements it. */
export type ModelClient = {
  /** For display and for the lane: provider and model, such as `openai-compatible/gpt-5-mini`. */
  readonly id: string
  readonly simulated: boolean
  /** How many calls may be in flight over all processes. */
  readonly concurrency: number
  /**
   * Rejects with `model_auth`, `model_gone`, `model_rate_limited`, `model_failed`, with
   * `model_output_invalid` when a schema was asked for, or with the reason of the caller's signal.
   * A failure that cost tokens is a `PaidModelError`.
   */
  readonly generate: (request: ModelRequest) => Promise<ModelReply>
}

/** What the answer has to fit: a Zod schema, or a JSON schema as data. */
export type OutputSchema = z.ZodType | JsonObject

export type ModelRequest = {
  readonly system: string
  readonly prompt: string
  readonly signal: AbortSignal
  /** Given: the reply carries an `object` that fits, checked here whatever the provider promises. */
  readonly schema?: OutputSchema
  /** Only with a schema: asked before a second call repairs a first answer; rejecting, it forbids it. */
  readonly beforeRepair?: (repair: AnswerRepair) => Promise<void>
  readonly maxOutputTokens?: number
  /** Sent along, such as the id of the event that caused the call. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A second call, for an answer that did not fit its schema. */
export type AnswerRepair = {
  /** What the first call used. */
  readonly paid: ModelUsage
  readonly system: string
  readonly prompt: string
}

/** NaN where the provider does not tell. */
export type ModelUsage = { readonly inputTokens: number; readonly outputTokens: number }

/** With a schema the tokens are those of the answer and of its repair together. */
export type ModelReply = ModelUsage & {
  readonly text: string
  readonly finishReason: string
  /** The model that answered, where the provider says so: behind a router it is another. */
  readonly answeredBy?: string
  /** Only with a schema: the parsed answer. */
  readonly object?: unknown
  /** Only with a schema: the first answer did not fit, the second did. */
  readonly repaired?: boolean
}

/** A failed call for which the provider may charge all the same. */
export class PaidModelError extends AppError {
  readonly usage: ModelUsage

  constructor(
    code: ErrorCode,
    message: string,
    options: ConstructorParameters<typeof AppError>[2] & { readonly usage: ModelUsage },
  ) {
    super(code, message, options)
    this.usage = options.usage
  }
}
