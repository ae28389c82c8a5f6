import type { FastifyInstance } from 'fastify'
import type { McpDependencies, McpHandler } from '../mcp/index.ts'

/** Loaded with the first request: most servers never get one, and the protocol takes 0.2 s to load. */
function loadedOnce(deps: McpDependencies): () => Promise<McpHandler> {
  let handler: Promise<McpHandler> | undefined
  return () => {
    handler ??= import('../mcp/index.ts').then(({ mcpHandler }) => mcpHandler(deps))
    return handler
  }
}

/**
 * The tools over streamable HTTP. Host, Origin and token are checked by the hooks of all routes;
 * viewers come in, because each tool asks for the role that it takes.
 */
export function mcpRoute(server: FastifyInstance, deps: McpDependencies): void {
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
      const caller = { ...request.caller, via: 'mcp' as const }
      // From here on the protocol's own library answers; what the hooks set goes out with it.
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      // The server cuts sockets that are silent for a minute, which waiting for a run is not.
      reply.raw.on('timeout', () => undefined)
      await handle(request.raw, reply.raw, { caller, parsedBody: request.body })
    },
  })
}
