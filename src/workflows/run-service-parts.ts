import type { Cap } from '../budget/index.ts'
import type { Agent } from '../contracts/index.ts'
import type { Engine } from '../engine/index.ts'
import type { Audit } from '../records/index.ts'
import type { Moment } from '../voice/index.ts'
import type { Fleet } from './gateway/gateway-parts.ts'
import type { RouterParts } from './router.ts'

export type RunServiceParts = {
  readonly engine: Engine
  readonly audit: Pick<Audit, 'record'>
  readonly agents: ReadonlyMap<string, Agent>
  /** The agent of a run whose caller names none. */
  readonly defaultAgent: string
  /** Agents whose answers are simulated. */
  readonly simulated: ReadonlySet<string>
  /** Agents whose runs only the process with this binding performs. */
  readonly bound: { readonly agents: ReadonlySet<string>; readonly binding: string | null }
  readonly defaults: {
    readonly timeoutMs: number
    readonly retries: number
    readonly ageingMs: number
  }
  readonly limits: { readonly maxInputBytes: number; readonly maxTasks: number }
  /** How tasks of the agents that call models get theirs. */
  readonly models: {
    readonly agents: ReadonlySet<string>
    readonly fleet: Fleet
    readonly caps: readonly Cap[]
    readonly router: RouterParts
  }
  readonly speak: (moment: Moment, key: string) => string
}
