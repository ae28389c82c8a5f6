import { tmpdir } from 'node:os'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { type App, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/index.ts'
import type { RunService } from '../../src/contracts/index.ts'
import { closeServer, createServer, type HttpDependencies, listen } from '../../src/http/index.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'

export type StartedHttp = {
  readonly server: FastifyInstance
  readonly url: string
  /** The real one, whatever the server was given. */
  readonly runs: RunService
  readonly tokens: App['tokens']
  readonly pool: TestDatabase['pool']
}

type StartOptions = {
  /** For tests that look in on what the routes call. */
  readonly watch?: (runs: RunService) => RunService
  readonly readiness?: HttpDependencies['readiness']
  readonly maxInputBytes?: number
  /** As beyond loopback. Default: false. */
  readonly requireTokens?: boolean
  /** Settings besides the database and the simulated latency. */
  readonly overrides?: Readonly<Record<string, unknown>>
}

/** The server on a free port, over the whole app with simulated models and a database of its own. */
export async function startHttp(t: TestContext, options: StartOptions = {}): Promise<StartedHttp> {
  const closers = new AsyncDisposableStack()
  t.after(() => closers.disposeAsync())
  const log = pino({ level: 'silent' })
  const { url: databaseUrl, pool } = closers.use(await testDatabase())
  const config = loadConfig({
    env: {},
    cwd: tmpdir(),
    overrides: { databaseUrl, 'simulation.latencyMs': 20, ...options.overrides },
  })
  const app = closers.use(await createApp({ config, environment: {}, log }))
  await app.startWorker()
  const server = await createServer({
    runs: options.watch?.(app.runs) ?? app.runs,
    orchestration: app.orchestration,
    pilot: app.pilot,
    webhooks: app.webhooks,
    gate: app.gate,
    readiness: options.readiness ?? app.readiness,
    metrics: app.metrics,
    version: '0.0.0-test',
    simulated: app.simulated,
    log,
    access: {
      requireTokens: options.requireTokens ?? false,
      hosts: [],
      authenticate: async (token) => {
        const found = await app.tokens.find(token)
        return found && { user: found.name, role: found.role, via: 'http' }
      },
      audit: app.audit.record,
      requestsPerMinute: 100_000,
    },
    limits: { maxInputBytes: options.maxInputBytes ?? 1_000_000 },
  })
  closers.defer(() => closeServer(server, 0))
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  return { server, url, pool, runs: app.runs, tokens: app.tokens }
}
