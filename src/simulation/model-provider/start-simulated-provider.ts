import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { AppError } from '../../shared/index.ts'
import { callCounter } from './call-counter.ts'
import { faultChooser } from './choose-fault.ts'
import { completeChat, sendError } from './complete-chat.ts'
import { errorReplies } from './error-reply.ts'
import {
  type ProviderSettings,
  type SimulatedProvider,
  type SimulatedProviderOptions,
  withDefaults,
} from './provider-options.ts'

const host = '127.0.0.1'
const chatPath = '/v1/chat/completions'
const modelsPath = '/v1/models'
/** A thousand clients may connect at one moment; Node's own 511 would make some wait a second. */
const backlog = 4096

/**
 * Starts an HTTP server that speaks OpenAI's chat completions protocol and says in every answer
 * that it is simulated. Replies, latencies and faults depend on the seed and the request alone.
 * Throws `port_taken` and `config_invalid`.
 */
export async function startSimulatedProvider(
  options: SimulatedProviderOptions,
): Promise<SimulatedProvider> {
  const settings = withDefaults(options)
  const counter = callCounter()
  const chooseFault = faultChooser(settings.seed, settings.faults)
  const server = createServer((request, response) => {
    response.setHeader('x-maniple-simulated', 'true')
    if (isChat(request)) counter.begin(response)
    route({ request, response }, settings, chooseFault).catch((error: unknown) => {
      failExchange(response, error)
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
    models: settings.models,
    stats: counter.stats,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function route(
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  settings: ProviderSettings,
  chooseFault: ReturnType<typeof faultChooser>,
): Promise<void> {
  const { request, response } = exchange
  const method = request.method ?? 'GET'
  const path = pathOf(request)
  const allowed = new Map([
    [chatPath, 'POST'],
    [modelsPath, 'GET'],
  ]).get(path)
  const key = request.headers.authorization?.replace(/^Bearer /i, '')
  const refusal = (): Parameters<typeof sendError>[1] | null => {
    if (allowed === undefined) return errorReplies.unknownUrl(method, path)
    if (method !== allowed) return errorReplies.wrongMethod(method, path)
    return key === settings.apiKey ? null : errorReplies.keyRefused(key)
  }
  const refused = refusal()
  if (refused === null && path === chatPath) {
    return await completeChat(exchange, { settings, chooseFault })
  }
  // What was sent is read to its end all the same, so that the connection can be used again.
  request.resume()
  if (refused !== null) return sendError(response, refused)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(modelList(settings)))
}

function modelList(settings: ProviderSettings): object {
  const data = settings.models.map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'simulated',
  }))
  return { object: 'list', data }
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/'

const isChat = (request: IncomingMessage): boolean =>
  request.method === 'POST' && pathOf(request) === chatPath

/** A client that went away while sending needs no answer; anything else is a fault to be seen. */
function failExchange(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  sendError(response, errorReplies.serverError(`The simulated provider failed: ${message}`))
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
