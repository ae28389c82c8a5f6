import type { Pool } from 'pg'
import type { Cap } from '../../budget/index.ts'
import type { Specialist } from '../../contracts/index.ts'
import type { Engine } from '../../engine/index.ts'
import type { Audit, Ledger } from '../../records/index.ts'
import type { Clock } from '../../shared/index.ts'
import type { Moment } from '../../voice/index.ts'
import type { Fleet } from '../gateway/gateway-parts.ts'
import type { PilotController } from '../pilot-service.ts'
import type { RouterParts } from '../router.ts'

export type OrchestrationParts = {
  readonly pool: Pool
  readonly engine: Engine
  readonly fleet: Fleet
  readonly router: RouterParts
  readonly ledger: Pick<Ledger, 'statement'>
  readonly pilot: PilotController
  readonly audit: Pick<Audit, 'segment' | 'entry' | 'record'>
  readonly caps: readonly Cap[]
  /** Of all repositories alike; `router.specialists` has what a repository changes. */
  readonly specialists: readonly Specialist[]
  readonly priceTable: string
  /** Name of the agent that performs workloads. */
  readonly agent: string
  readonly defaults: {
    readonly slots: number
    readonly timeoutMs: number
    readonly retries: number
    readonly ageingMs: number
  }
  readonly limits: { readonly maxTasks: number; readonly maxInputBytes: number }
  readonly guard: {
    /** Empty: every one. */
    readonly repositories: readonly string[]
    readonly users: readonly string[]
    readonly maxDepth: number
  }
  /** A line about what happened; `key` decides which of those that fit. */
  readonly speak: (moment: Moment, key: string) => string
  readonly clock: Clock
}
