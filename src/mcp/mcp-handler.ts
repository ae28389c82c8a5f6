import type { IncomingMessage, ServerResponse } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { type AuthInfo, createMcpHandler } from '@modelcontextprotocol/server'
import { type Caller, Role } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import type { McpDependencies } from './contract.ts'
import { createMcp } from './create-mcp.ts'

export type McpHandler = {
  /**
   * Answers one POST. Host, Origin and token have been checked before. `parsedBody` is its JSON,
   * when something read the stream already.
   */
  readonly handle: (
    request: IncomingMessage,
    response: ServerResponse,
    known: { readonly caller: Caller; readonly parsedBody?: unknown },
  ) => Promise<void>
  /** Ends what waits: those calls answer with the state so far. */
  readonly close: () => Promise<void>
}

/** The caller in the SDK's words. The token itself is never handed on. */
const authOf = ({ user, role }: Caller): AuthInfo => ({ token: '', clientId: user, scopes: [role] })

function callerOf(auth: AuthInfo | undefined): Caller {
  if (auth === undefined) throw new AppError('internal', 'an MCP request came without its caller')
  return { user: auth.clientId, role: Role.parse(auth.scopes[0]), via: 'mcp' }
}

/** Streamable HTTP, without sessions: any process can answer any request. */
export function mcpHandler(deps: McpDependencies): McpHandler {
  const { maxInputBytes: maxRequestBodySize } = deps.limits
  const closing = new AbortController()
  const factory = createMcp(deps, closing.signal)
  const onerror = (err: Error): void => deps.log.info({ err }, 'MCP request refused')
  const handler = createMcpHandler(({ authInfo }) => factory(callerOf(authInfo)), {
    // A stream from the start: its heartbeats keep a long wait from being taken for a dead socket.
    responseMode: 'sse',
    keepAliveMs: 15_000,
    maxRequestBodySize,
    onerror,
  })
  const answer = toNodeHandler(handler, { maxRequestBodySize, onerror })
  return {
    handle: async (request, response, { caller, parsedBody }) => {
      const authenticated = Object.assign(request, { auth: authOf(caller) })
      // The SDK's type is written without exactOptionalPropertyTypes; a real request fits it.
      await answer(authenticated as NodeIncomingMessageLike, response, parsedBody)
    },
    close: async () => {
      closing.abort()
    },
  }
}
