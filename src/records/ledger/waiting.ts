import type { Account } from '../../contracts/index.ts'
import type { Need } from './claim.ts'
import type { LeaseRefusal } from './lease-rows.ts'

/** What refused a call, as the call knows it. */
export type RefusedNeed = LeaseRefusal & { readonly account: Account; readonly micros: number }

/** A call that waits for the next lease. */
export type Waiting = {
  readonly needs: readonly Need[]
  /** Null when it has all it needs. */
  readonly resolve: (refused: RefusedNeed | null) => void
  readonly reject: (error: unknown) => void
}
