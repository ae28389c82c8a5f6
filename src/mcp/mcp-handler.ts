import type { IncomingMessage, ServerResponse } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { type AuthInfo, createMcpHandler } from '@modelcontextprotocol/server'
import { AppError } from '../shared/index.ts'
import type { McpDependencies } from './contract.ts'
import { type Asker, createMcp } from './create-mcp.ts'

export type McpHandler = {
  /**
   * Answers one POST. Host, Origin and token have been checked before. `parsedBody` is its JSON,
   * when something read the stream already.
   */
  readonly handle: (
    request: IncomingMessage,
    response: ServerResponse,
    known: Asker & { readonly parsedBody?: unknown },
  ) => Promise<void>
  /** Ends what waits: those calls answer with the state so far. */
  readonly close: () => Promise<void>
}

/** The caller in the SDK's words. The token itself is never handed on. */
const authOf = ({ caller: { user, role } }: Asker): AuthInfo => ({
  token: '',
  clientId: user,
  scopes: [role],
})

/** Streamable HTTP, without sessions: any process can answer any request. */
export function mcpHandler(deps: McpDependencies): McpHandler {
  const { maxInputBytes: maxRequestBodySize } = deps.limits
  const closing = new AbortController()
  const factory = createMcp(deps, closing.signal)
  const onerror = (err: Error): void => deps.log.info({ err }, 'MCP request refused')
  // The SDK hands on what a request was authenticated with, and nothing else that is ours.
  const askers = new WeakMap<AuthInfo, Asker>()
  const askerOf = (auth: AuthInfo | undefined): Asker => {
    const asker = auth === undefined ? undefined : askers.get(auth)
    if (asker !== undefined) return asker
    throw new AppError('internal', 'an MCP request came without its caller')
  }
  const handler = createMcpHandler(({ authInfo }) => factory(askerOf(authInfo)), {
    // A stream from the start: its heartbeats keep a long wait from being taken for a dead socket.
    responseMode: 'sse',
    keepAliveMs: 15_000,
    maxRequestBodySize,
    onerror,
  })
  const answer = toNodeHandler(handler, { maxRequestBodySize, onerror })
  return {
    handle: async (request, response, { parsedBody, ...asker }) => {
      const auth = authOf(asker)
      askers.set(auth, asker)
      const authenticated = Object.assign(request, { auth })
      // The SDK's type is written without exactOptionalPropertyTypes; a real request fits it.
      await answer(authenticated as NodeIncomingMessageLike, response, parsedBody)
    },
    close: async () => {
      closing.abort()
    },
  }
}
