import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ChatRequest } from './chat-request.ts'
import type { Fault } from './choose-fault.ts'
import { composeReply, requestContent } from './compose-reply.ts'
import { type ErrorReply, errorBody, errorReplies } from './error-reply.ts'
import type { ProviderSettings } from './provider-options.ts'
import { readBody } from './read-body.ts'
import { seededDraw } from './seeded-draw.ts'
import { writeStream, writeWhole } from './write-completion.ts'

/** How far a call's latency may lie from the mean. */
const jitter = 0.25

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }
type Provider = {
  readonly settings: ProviderSettings
  readonly chooseFault: (content: string) => Fault | null
}

export function sendError(response: ServerResponse, error: ErrorReply): void {
  response.writeHead(error.status, { 'content-type': 'application/json', ...error.headers })
  response.end(errorBody(error))
}

/** Answers one chat completion; resolves as well when the client has gone before the answer. */
export async function completeChat(exchange: Exchange, provider: Provider): Promise<void> {
  const { response } = exchange
  const read = await readRequest(exchange.request, provider.settings)
  if ('error' in read) return sendError(response, read.error)
  const content = requestContent(read.chat)
  const fault = provider.chooseFault(content)
  if (fault === 'rate-limited') {
    return sendError(response, errorReplies.rateLimited(provider.settings.retryAfterMs))
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  if (response.destroyed) return
  try {
    await answer(response, provider.settings, {
      chat: read.chat,
      content,
      fault,
      gone: gone.signal,
    })
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}

type Call = {
  readonly chat: ChatRequest
  readonly content: string
  readonly fault: Fault | null
  readonly gone: AbortSignal
}

async function answer(
  response: ServerResponse,
  settings: ProviderSettings,
  call: Call,
): Promise<void> {
  const { seed, clock } = settings
  const { chat, content, fault } = call
  const swing = (seededDraw(seed, 'latency', content) * 2 - 1) * jitter
  const latencyMs = settings.latencyMs * (1 + swing)
  const streams = chat.stream === true
  const pause = (share: number): Promise<void> => clock.sleep(latencyMs * share, call.gone)
  if (!streams || fault !== null) await pause(1)
  switch (fault) {
    case 'hang':
      await once(response, 'close')
      return
    case 'reset':
      response.destroy()
      return
    case 'server-error':
      return sendError(response, errorReplies.serverError())
    case 'malformed':
      response.setHeader('content-type', 'application/json')
      response.end('{"id": "chatcmpl-simulated", "choices": [')
      return
    default: {
      const id = `chatcmpl-simulated-${content.slice(0, 24)}`
      const reply = composeReply(seed, chat, { content, fault })
      const created = Math.floor(clock.now() / 1000)
      const completion = { id, created, request: chat, reply }
      if (streams) return await writeStream(response, completion, pause)
      return writeWhole(response, completion)
    }
  }
}

async function readRequest(
  request: IncomingMessage,
  settings: ProviderSettings,
): Promise<{ readonly chat: ChatRequest } | { readonly error: ErrorReply }> {
  const body = await readBody(request, settings.maxBodyBytes)
  if (body === null) return { error: errorReplies.tooLarge(settings.maxBodyBytes) }
  const json = parseJson(body)
  if (json === undefined) return { error: errorReplies.notJson() }
  const parsed = ChatRequest.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue?.path.join('.') || 'body'
    return { error: errorReplies.malformed(place, issue?.message ?? 'invalid') }
  }
  if (!settings.models.includes(parsed.data.model)) {
    return { error: errorReplies.unknownModel(parsed.data.model) }
  }
  return { chat: parsed.data }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON has no undefined: the caller answers 400.
    return undefined
  }
}
