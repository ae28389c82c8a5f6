import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallGate, McpDependencies, McpHandler } from '../mcp/index.ts'
import type { Refusals } from '../records/index.ts'
import type { Spend } from './authenticate.ts'

/** Loaded with the first request: most servers never get one, and the protocol takes 0.2 s to load. */
function loadedOnce(deps: McpDependencies): () => Promise<McpHandler> {
  let handler: Promise<McpHandler> | undefined
  return () => {
    handler ??= import('../mcp/index.ts').then(({ mcpHandler }) => mcpHandler(deps))
    return handler
  }
}

type McpRoute = {
  readonly deps: McpDependencies
  readonly refusals: Refusals
  readonly spend: Spend
}

const isCall = (message: unknown): boolean =>
  typeof message === 'object' &&
  message !== null &&
  'method' in message &&
  message.method === 'tools/call'

/**
 * Counts what a batch holds (revision 2025-03-26 has them): a request was counted for its first
 * message. The others are counted here, except calls: each passes the gate, so that of a batch as
 * many calls are performed as the caller has left.
 */
async function openGate(
  request: FastifyRequest,
  { refusals, spend }: Pick<McpRoute, 'refusals' | 'spend'>,
): Promise<CallGate> {
  const messages: readonly unknown[] = Array.isArray(request.body) ? request.body : [request.body]
  const others = messages.filter((message) => !isCall(message)).length
  for (let counted = 1; counted < others; counted += 1) await spend(request)
  let isPaid = others === 0
  let turn: Promise<unknown> = Promise.resolve()
  return {
    admit: async () => {
      if (isPaid) {
        isPaid = false
        return
      }
      // In turn: asked all at once, the limiter would answer each with the count of all.
      const mine = turn.then(() => spend(request))
      turn = mine.catch(() => undefined)
      await mine
    },
    refused: (entry) => {
      const details = { ...entry.details, Address: request.ip }
      refusals.tell(request.ip, { ...entry, details })
    },
  }
}

/**
 * The tools over streamable HTTP. Host, Origin and token are checked by the hooks of all routes;
 * viewers come in, because each tool asks for the role that it takes.
 */
export function mcpRoute(server: FastifyInstance, { deps, ...guards }: McpRoute): void {
  const load = loadedOnce(deps)
  let isUsed = false
  server.addHook('preClose', async () => {
    if (isUsed) await (await load()).close()
  })
  server.route({
    method: 'POST',
    url: '/mcp',
    config: { role: 'viewer' },
    // JSON-RPC describes itself, by tools/list; docs/mcp.md has the rest.
    schema: { hide: true },
    handler: async (request, reply) => {
      isUsed = true
      const { handle } = await load()
      const gate = await openGate(request, guards)
      const caller = { ...request.caller, via: 'mcp' as const }
      // From here on the protocol's own library answers; what the hooks set goes out with it.
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      // The server cuts sockets that are silent for a minute, which waiting for a run is not.
      reply.raw.on('timeout', () => undefined)
      await handle(request.raw, reply.raw, { caller, gate, parsedBody: request.body })
    },
  })
}
