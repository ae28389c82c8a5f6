import { after } from 'node:test'
import type { Pool } from 'pg'
import type { AuditEntry, Caller, PilotConfiguration } from '../../src/contracts/index.ts'
import { keepModelCalls, recordAssignments } from '../../src/records/index.ts'
import { defaultPhases } from '../../src/rollout/index.ts'
import { newId } from '../../src/shared/index.ts'
import {
  createPilotService,
  type PilotController,
  type PilotServiceParts,
} from '../../src/workflows/index.ts'
import { testDatabase } from '../support/test-database.ts'

export const ann: Caller = { user: 'ann', role: 'admin', via: 'http' }
export const dayMs = 86_400_000

export type PilotStage = {
  readonly pool: Pool
  /** A pilot of its own for a test, seen by any number of services. */
  readonly pilot: (changes?: Partial<PilotConfiguration>) => TestPilot
}

export type TestPilot = {
  readonly configuration: PilotConfiguration
  readonly audited: AuditEntry[]
  /** Lets time pass for all services of this pilot. */
  readonly pass: (ms: number) => void
  /** One more process, as it were. */
  readonly service: (parts?: Partial<PilotServiceParts>) => PilotController
}

export async function pilotStage(): Promise<PilotStage> {
  const database = await testDatabase()
  after(() => database[Symbol.asyncDispose]())
  const { pool } = database
  return { pool, pilot: (changes = {}) => testPilot(pool, changes) }
}

function testPilot(pool: Pool, changes: Partial<PilotConfiguration>): TestPilot {
  let now = Date.parse('2026-11-01T00:00:00Z')
  const audited: AuditEntry[] = []
  const configuration: PilotConfiguration = {
    ...{ name: `pilot-${newId()}`, candidate: 'new-model', control: 'old-model' },
    ...{ phases: [...defaultPhases], participation: 0.25 },
    eligibility: { repositories: [], users: [] },
    ...changes,
  }
  return {
    configuration,
    audited,
    pass: (ms) => {
      now += ms
    },
    service: (parts = {}) =>
      createPilotService({
        ...{ pool, configuration, clock: { now: () => now } },
        audit: async (entry) => void audited.push(entry),
        speak: (facts) => `${facts.about} of ${facts.name}: ${facts.state}`,
        ...parts,
      }),
  }
}

export type ArmScript = {
  readonly workloads: number
  /** Every how many of them one fails. */
  readonly failsEach: number
  readonly latencyMs: number
  readonly costUsd: number | null
}

/** Workloads with keys of their own in an arm of the pilot's stage, each with its calls. */
export async function perform(
  pool: Pool,
  at: { readonly pilot: string; readonly stage: number; readonly arm: 'control' | 'candidate' },
  script: ArmScript,
): Promise<void> {
  const ids = Array.from({ length: script.workloads }, () => newId())
  const client = await pool.connect()
  try {
    await recordAssignments(
      client,
      ids.map((id) => ({ runId: `run-${id}`, task: 'w1', unit: id, ...at })),
    )
  } finally {
    client.release()
  }
  await keepModelCalls(
    pool,
    ids.map((id, index) => ({
      ...{ id: `call-${id}`, at: '2026-11-01T00:00:00.000Z', runId: `run-${id}`, task: 'w1' },
      ...{ attempt: 1, repository: 'acme/shop', user: 'ann', specialist: 'code_review' },
      ...{ taskType: 'code_review', complexity: 'low', model: 'a-model' },
      ...{ pilot: at.pilot, arm: at.arm },
      outcome: (index + 1) % script.failsEach === 0 ? 'failed' : 'succeeded',
      ...{ errorCode: null, inputTokens: 1, outputTokens: 1, costUsd: script.costUsd },
      // A little spread, the same in both arms.
      latencyMs: script.latencyMs * (1 + (index % 7) / 10),
      ...{ repaired: false, fallback: false, simulated: false },
    })),
  )
}

export async function stageOf(pool: Pool, pilot: string): Promise<number> {
  const { rows } = await pool.query<{ stage: number }>(
    'select stage from maniple.pilots where name = $1',
    [pilot],
  )
  return rows[0]?.stage ?? 0
}
