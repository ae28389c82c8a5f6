import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RecordedCall } from './call-counter.ts'
import type { Fault } from './choose-fault.ts'
import { composeReply, requestContent } from './compose-reply.ts'
import { type ErrorReply, errorReplies } from './error-reply.ts'
import type { Protocol, ReadRequest } from './protocol.ts'
import type { ProviderSettings } from './provider-options.ts'
import { readBody } from './read-body.ts'
import { seededDraw } from './seeded-draw.ts'

/** How far a call's latency may lie from the mean. */
const jitter = 0.25

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

export type Provider = {
  readonly settings: ProviderSettings
  readonly chooseFault: (model: string, content: string) => Fault | null
  readonly record: (call: RecordedCall) => void
}

export function sendError(response: ServerResponse, protocol: Protocol, error: ErrorReply): void {
  response.writeHead(error.status, { 'content-type': 'application/json', ...error.headers })
  response.end(JSON.stringify(protocol.errorBody(error)))
}

/** Answers one request; resolves as well when the client has gone before the answer. */
export async function completeChat(
  { request, response }: Exchange,
  protocol: Protocol,
  provider: Provider,
): Promise<void> {
  const { settings } = provider
  const startedAt = settings.clock.now()
  const read = await readRequest(request, protocol, settings)
  if ('error' in read) return sendError(response, protocol, read.error)
  const { model } = read.chat
  const eventId = request.headers['x-maniple-event-id']
  provider.record({
    model,
    protocol: protocol.name,
    startedAt,
    eventId: typeof eventId === 'string' ? eventId : null,
  })
  const content = requestContent(read.chat)
  const fault = provider.chooseFault(model, content)
  const refusal = refusalFor(fault, settings)
  if (refusal !== undefined) return sendError(response, protocol, refusal)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  if (response.destroyed) return
  try {
    await answer(response, settings, { ...read, protocol, content, fault, gone: gone.signal })
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}

/** What is answered at once, before any work. */
function refusalFor(fault: Fault | null, settings: ProviderSettings): ErrorReply | undefined {
  if (fault === 'rate-limited') return errorReplies.rateLimited(settings.retryAfterMs)
  return fault === 'gone' ? errorReplies.gone() : undefined
}

type Call = ReadRequest & {
  readonly protocol: Protocol
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
  const { protocol, chat, content, fault } = call
  const swing = (seededDraw(seed, 'latency', content) * 2 - 1) * jitter
  const mean = settings.models.get(chat.model)?.latencyMs ?? settings.latencyMs
  const latencyMs = mean * (1 + swing)
  const { writeStream } = protocol
  const streams = writeStream !== null && chat.stream === true
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
      return sendError(response, protocol, errorReplies.serverError())
    case 'malformed':
      response.setHeader('content-type', 'application/json')
      response.end('{"id": "simulated", "choices": [')
      return
    default: {
      const id = `simulated-${content.slice(0, 24)}`
      const reply = composeReply(seed, chat, { content, fault })
      const created = Math.floor(clock.now() / 1000)
      const completion = { ...call, id, created, reply }
      if (streams) return await writeStream(response, completion, pause)
      return protocol.writeWhole(response, completion)
    }
  }
}

async function readRequest(
  request: IncomingMessage,
  protocol: Protocol,
  settings: ProviderSettings,
): Promise<ReadRequest | { readonly error: ErrorReply }> {
  const body = await readBody(request, settings.maxBodyBytes)
  if (body === null) return { error: errorReplies.tooLarge(settings.maxBodyBytes) }
  const json = parseJson(body)
  if (json === undefined) return { error: errorReplies.notJson() }
  const read = protocol.read(json)
  if ('error' in read || settings.models.has(read.chat.model)) return read
  return { error: errorReplies.unknownModel(read.chat.model) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON has no undefined: the caller answers 400.
    return undefined
  }
}
