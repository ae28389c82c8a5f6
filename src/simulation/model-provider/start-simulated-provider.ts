import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { AppError } from '../../shared/index.ts'
import { anthropicProtocol } from './anthropic/protocol.ts'
import { callCounter } from './call-counter.ts'
import { type Fault, faultChooser } from './choose-fault.ts'
import { completeChat, type Provider, sendError } from './complete-chat.ts'
import { type ErrorReply, errorReplies } from './error-reply.ts'
import { openAiProtocol } from './openai/protocol.ts'
import type { Protocol } from './protocol.ts'
import {
  type ProviderSettings,
  type SimulatedProvider,
  type SimulatedProviderOptions,
  withDefaults,
} from './provider-options.ts'

const host = '127.0.0.1'
const modelsPath = '/v1/models'
const protocols: readonly Protocol[] = [openAiProtocol, anthropicProtocol]
/** A thousand clients may connect at one moment; Node's own 511 would make some wait a second. */
const backlog = 4096

/**
 * Starts an HTTP server that speaks OpenAI's chat completions and Anthropic's Messages, and says in
 * every answer that it is simulated. Replies, latencies and faults depend on the seed and the
 * request alone. Throws `port_taken` and `config_invalid`.
 */
export async function startSimulatedProvider(
  options: SimulatedProviderOptions,
): Promise<SimulatedProvider> {
  const settings = withDefaults(options)
  const counter = callCounter()
  const { chooseFault, failNext } = faultsOf(settings)
  const provider: Provider = { settings, chooseFault, record: counter.record }
  const server = createServer((request, response) => {
    response.setHeader('x-maniple-simulated', 'true')
    const protocol = protocols.find(({ path }) => path === pathOf(request))
    if (protocol !== undefined && request.method === 'POST') counter.begin(response)
    route({ request, response }, protocol, provider).catch((error: unknown) => {
      failExchange(response, protocol, error)
    })
  })
  // Longer than clients keep idle connections: closing first would break a call just being sent.
  server.keepAliveTimeout = 30_000
  const port = await listen(server, settings.port)
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    baseUrl: `http://${host}:${port}/v1`,
    port,
    apiKey: settings.apiKey,
    models: [...settings.models.keys()],
    stats: counter.stats,
    calls: counter.calls,
    failNext,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Each model's own rates, after what was ordered for the next calls. */
function faultsOf({ seed, models }: ProviderSettings) {
  const ordered: (Fault | null)[] = []
  const choosers = new Map(
    [...models].map(([name, { faults }]) => [name, faultChooser(seed, faults)]),
  )
  const chooseFault = (model: string, content: string): Fault | null => {
    const next = ordered.shift()
    return next === undefined ? (choosers.get(model)?.(content) ?? null) : next
  }
  const failNext = (...faults: readonly (Fault | null)[]): void => {
    ordered.push(...faults)
  }
  return { chooseFault, failNext }
}

async function route(
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  protocol: Protocol | undefined,
  provider: Provider,
): Promise<void> {
  const { request, response } = exchange
  const { settings } = provider
  const method = request.method ?? 'GET'
  const path = pathOf(request)
  const wording = protocol ?? openAiProtocol
  const allowed = protocol === undefined ? listMethod(path) : 'POST'
  const key = wording.keyOf(request)
  const refusal = (): ErrorReply | null => {
    if (allowed === undefined) return errorReplies.unknownUrl(method, path)
    if (method !== allowed) return errorReplies.wrongMethod(method, path)
    return key === settings.apiKey ? null : errorReplies.keyRefused(key)
  }
  const refused = refusal()
  if (refused === null && protocol !== undefined) {
    return await completeChat(exchange, protocol, provider)
  }
  // What was sent is read to its end all the same, so that the connection can be used again.
  request.resume()
  if (refused !== null) return sendError(response, wording, refused)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(modelList(settings)))
}

const listMethod = (path: string): string | undefined => (path === modelsPath ? 'GET' : undefined)

function modelList({ models }: ProviderSettings): object {
  const data = [...models.keys()].map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'simulated',
  }))
  return { object: 'list', data }
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/'

/** A client that went away while sending needs no answer; anything else is a fault to be seen. */
function failExchange(
  response: ServerResponse,
  protocol: Protocol | undefined,
  error: unknown,
): void {
  if (response.destroyed) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  const reply = errorReplies.serverError(`The simulated provider failed: ${message}`)
  sendError(response, protocol ?? openAiProtocol, reply)
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ port, host, backlog })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw cannotListen(port, cause)
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

function cannotListen(port: number, cause: unknown): AppError {
  const problem = `The simulated model provider cannot listen on ${host}:${port}`
  return new AppError('port_taken', `${problem}: choose another port, or 0 for any.`, { cause })
}
