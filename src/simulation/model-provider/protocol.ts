import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from './compose-reply.ts'
import type { ErrorReply } from './error-reply.ts'
import type { ChatRequest } from './openai/chat-request.ts'

/** A request in the form that everything behind the protocols works with: OpenAI's. */
export type ReadRequest = {
  readonly chat: ChatRequest
  /** The answer goes into a call of this tool; undefined: into text. */
  readonly toolName?: string
}

export type Completion = ReadRequest & {
  readonly id: string
  /** Seconds since the epoch. */
  readonly created: number
  readonly reply: Reply
}

/** Waits for a share of the call's latency. */
export type Pause = (share: number) => Promise<void>

/** How one vendor's API words the same things. */
export type Protocol = {
  readonly name: 'openai' | 'anthropic'
  readonly path: string
  readonly keyOf: (request: IncomingMessage) => string | undefined
  readonly read: (json: unknown) => ReadRequest | { readonly error: ErrorReply }
  readonly writeWhole: (response: ServerResponse, completion: Completion) => void
  /** Null: refuses requests to stream by itself. */
  readonly writeStream:
    | ((response: ServerResponse, completion: Completion, pause: Pause) => Promise<void>)
    | null
  readonly errorBody: (error: ErrorReply) => object
}
