import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import type { AuditEntry, Caller } from '../contracts/index.ts'
import { boundRefusals } from '../records/index.ts'
import type { CallGate } from './call-gate.ts'
import type { McpDependencies } from './contract.ts'
import { createMcp } from './create-mcp.ts'

/** Tells when the connection is over, whichever side ended it. */
class EndingTransport extends StdioServerTransport {
  readonly #ended = Promise.withResolvers<void>()
  readonly ended = this.#ended.promise

  override async close(): Promise<void> {
    await super.close()
    this.#ended.resolve()
  }
}

/** Whoever starts the process is its owner. */
const owner: Caller = { user: 'local', role: 'admin', via: 'mcp' }

export type StdioDependencies = McpDependencies & {
  /** Told of refused calls, a bounded number of them. Must not throw. */
  readonly audit: (entry: AuditEntry) => void
}

export type StdioStreams = {
  readonly input?: Readable
  /** Carries protocol messages and nothing else. */
  readonly output?: Writable
  /** Ends the connection from this side. */
  readonly signal?: AbortSignal
}

/** Serves one client over stdin and stdout until it closes its end; what it started goes on. */
export async function serveMcpStdio(
  deps: StdioDependencies,
  streams: StdioStreams = {},
): Promise<void> {
  const { input, output, signal } = streams
  const closing = new AbortController()
  const factory = createMcp(deps, closing.signal)
  const transport = new EndingTransport(input, output, {
    maxBufferSize: deps.limits.maxInputBytes,
  })
  const refusals = boundRefusals({ audit: deps.audit, event: 'MCP_Calls_Denied' })
  const gate: CallGate = {
    // Whoever owns the process may call as often as it can.
    admit: async () => undefined,
    refused: (entry) => refusals.tell('stdio', entry),
  }
  const handle = serveStdio(() => factory({ caller: owner, gate }), {
    transport,
    onerror: (err) => deps.log.warn({ err }, 'MCP connection trouble'),
  })
  const close = (): void => {
    closing.abort()
    void handle.close()
  }
  if (signal?.aborted === true) close()
  signal?.addEventListener('abort', close, { once: true })
  await transport.ended
  refusals.close()
  signal?.removeEventListener('abort', close)
}
