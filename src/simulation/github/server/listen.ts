import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { AppError } from '../../../shared/index.ts'
import type { Incoming, Outgoing } from './service.ts'

export const host = '127.0.0.1'
/** GitHub's own bound of what it reads. */
const largestBody = 25 * 1024 * 1024
/** A thousand clients may connect at one moment; Node's own 511 would make some wait a second. */
const backlog = 4096

/** An HTTP server on loopback alone. Throws `port_taken`. */
export async function listen(
  port: number,
  answer: (incoming: Incoming) => Promise<Outgoing>,
): Promise<Server> {
  const server = createServer((request, response) => {
    exchange(request, response, answer).catch((error: unknown) => {
      // The client went away while sending; there is nobody to tell.
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  // Longer than clients keep idle connections: closing first would break a call just being sent.
  server.keepAliveTimeout = 30_000
  server.listen({ port, host, backlog })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw cannotListen(port, cause)
  }
  return server
}

function cannotListen(port: number, cause: unknown): AppError {
  const problem = `The simulated GitHub cannot listen on ${host}:${port}`
  return new AppError('port_taken', `${problem}: choose another port, or 0 for any.`, { cause })
}

export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

export function portOf(server: Server): number {
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('The simulated GitHub is not listening.')
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (incoming: Incoming) => Promise<Outgoing>,
): Promise<void> {
  const outgoing = await answer({
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: headersOf(request),
    body: await readBody(request),
  })
  if (response.destroyed || outgoing.kind === 'hang') return
  if (outgoing.kind === 'drop') {
    response.destroy()
    return
  }
  response.writeHead(outgoing.status, outgoing.headers)
  response.end(outgoing.body ?? undefined)
}

function headersOf({ headers }: IncomingMessage): Incoming['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
}

/** Null when it is too large; it is read to its end all the same, so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  const incoming: AsyncIterable<Buffer> = request
  for await (const bytes of incoming) {
    size += bytes.length
    if (size <= largestBody) chunks.push(bytes)
  }
  return size > largestBody ? null : Buffer.concat(chunks)
}
