import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { pino } from 'pino'
import type { AuditEntry, Caller } from '../../src/contracts/index.ts'
import { closeServer, createServer, listen } from '../../src/http/index.ts'
import { type McpDependencies, serveMcpStdio } from '../../src/mcp/index.ts'
import { silentLog } from '../support/silent-log.ts'
import { SamplePorts } from './sample-ports.ts'

const unasked = async () => {
  throw new Error('no tool has to do with the gate')
}
const unaskedGate = {
  ...{ get: unasked, list: unasked, decide: unasked },
  ...{ pause: unasked, resume: unasked, pauses: unasked },
}

export const revisions = ['2026-07-28', '2025-11-25'] as const
export type Revision = (typeof revisions)[number]

const clientOf = (revision: Revision): Client =>
  new Client(
    { name: 'test', version: '1' },
    {
      versionNegotiation: {
        mode: revision === '2025-11-25' ? 'legacy' : { pin: revision },
      },
    },
  )

const dependenciesOf = (ports: SamplePorts): McpDependencies => ({
  runs: ports.runs,
  orchestration: ports.orchestration,
  pilot: ports.pilot,
  log: silentLog,
  version: '0.0.0-test',
  limits: { maxInputBytes: 2_000_000 },
})

export type StartedMcp = {
  readonly ports: SamplePorts
  /** What the audit was told, in order. */
  readonly audited: readonly AuditEntry[]
  /** A client of its own, connected. */
  readonly connect: (revision: Revision) => Promise<Client>
}

const viewer: Caller = { user: 'looker', role: 'viewer', via: 'http' }

/** The whole HTTP server over the sample ports, on a free port; `look` is the token of a viewer. */
export async function startHttpMcp(
  t: TestContext,
  { requireTokens = false, requestsPerMinute = 100_000 } = {},
): Promise<StartedMcp & { readonly url: string; readonly close: () => Promise<void> }> {
  const ports = new SamplePorts()
  const audited: AuditEntry[] = []
  const server = await createServer({
    ...dependenciesOf(ports),
    log: pino({ level: 'silent' }),
    readiness: async () => ({ ready: true, checks: {} }),
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    gate: unaskedGate,
    webhooks: { receive: async ({ guid = '' }) => ({ delivery: guid, status: 'ignored' }) },
    simulated: true,
    access: {
      requireTokens,
      hosts: [],
      authenticate: async (token) => (token === 'look' ? viewer : null),
      audit: (entry) => {
        audited.push(entry)
      },
      requestsPerMinute,
    },
  })
  const address = await listen(server, { host: '127.0.0.1', port: 0 })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= closeServer(server, 500)
    return closed
  }
  t.after(close)
  const url = `${address}/mcp`
  const headers: Record<string, string> = requireTokens ? { authorization: 'Bearer look' } : {}
  const connect = async (revision: Revision): Promise<Client> => {
    const client = clientOf(revision)
    const requestInit = { headers }
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
    t.after(() => client.close())
    return client
  }
  return { ports, audited, url, connect, close }
}

/** Each client has a server of its own, over the same ports, as each has its own process. */
export function startStdioMcp(t: TestContext): StartedMcp & {
  /** Everything that servers wrote to stdout. */
  readonly written: () => string
  /** Resolved servings, in the order of `connect`. */
  readonly servings: Promise<void>[]
} {
  const ports = new SamplePorts()
  const servings: Promise<void>[] = []
  const audited: AuditEntry[] = []
  const audit = (entry: AuditEntry): void => {
    audited.push(entry)
  }
  let written = ''
  const connect = async (revision: Revision): Promise<Client> => {
    const input = new PassThrough()
    const output = new PassThrough()
    output.on('data', (chunk: Buffer) => {
      written += chunk.toString()
    })
    servings.push(serveMcpStdio({ ...dependenciesOf(ports), audit }, { input, output }))
    const client = clientOf(revision)
    // Both ends of stdio read lines and write lines: the SDK's server end serves as the client's.
    await client.connect(new StdioServerTransport(output, input))
    // As a client's process does by leaving.
    client.onclose = () => input.end()
    t.after(() => client.close())
    return client
  }
  return { ports, audited, connect, written: () => written, servings }
}
