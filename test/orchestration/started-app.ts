import { tmpdir } from 'node:os'
import type pg from 'pg'
import { pino } from 'pino'
import { type App, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/index.ts'
import {
  type Caller,
  OrchestrationRequest,
  type Run,
  type WorkloadRequest,
} from '../../src/contracts/index.ts'

export const caller: Caller = { user: 'ada', role: 'operator', via: 'http' }

/** The whole app with simulated models; it performs nothing. */
export async function openApp(
  databaseUrl: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<App> {
  const config = loadConfig({
    env: {},
    cwd: tmpdir(),
    overrides: { databaseUrl, 'simulation.latencyMs': 5, ...overrides },
  })
  return await createApp({ config, environment: {}, log: pino({ level: 'silent' }) })
}

/** The same, and it performs tasks. Start it again for another configuration. */
export async function startApp(
  databaseUrl: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<App> {
  const app = await openApp(databaseUrl, overrides)
  await app.startWorker()
  return app
}

export type Asked = {
  readonly workloads: readonly (Partial<WorkloadRequest> & { readonly content: string })[]
  readonly repository?: string
  readonly context?: string
  readonly slots?: number
  readonly parentRun?: string
}

export function requestOf(asked: Asked): OrchestrationRequest {
  return OrchestrationRequest.parse({ repository: 'octo-org/octo-repo', ...asked })
}

/** As many workloads that nothing tells apart but their number. */
export function someWorkloads(count: number): { readonly content: string }[] {
  return Array.from({ length: count }, (_, n) => ({ content: `Describe the module number ${n}` }))
}

export async function submit(app: App, asked: Asked, by: Caller = caller): Promise<Run> {
  return (await app.orchestration.submit(requestOf(asked), by)).run
}

/** The run once it has ended, waited for without looking at a clock. */
export async function endOf(app: App, id: string): Promise<Run> {
  for await (const _ of app.runs.events(id, 0, new AbortController().signal)) {
    // Only the end matters.
  }
  return await app.runs.get(id)
}

/** What nobody holds once nothing is under way. */
export async function heldPlaces(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ held: number }>(
    `select ((select coalesce(sum(held), 0) from maniple.lanes)
       + (select coalesce(sum(held), 0) from maniple.runs))::int as held`,
  )
  return rows[0]?.held ?? 0
}
