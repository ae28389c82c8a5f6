import type { Pool } from 'pg'
import type { Audit } from '../records/index.ts'
import { AppError, type Log } from '../shared/index.ts'
import { auditEndedRuns } from './orchestration/audit-ended-runs.ts'
import type { PilotController } from './pilot-service.ts'
import { reopenBudgets } from './reopen-budgets.ts'

export type UpkeepParts = {
  readonly pool: Pool
  readonly log: Log
  readonly audit: Pick<Audit, 'segment' | 'entry'>
  readonly pilot: PilotController
  /** A pilot that was never begun begins with the upkeep. */
  readonly startPilot: boolean
}

const auditEveryMs = 1000
const pilotEveryMs = 3_600_000

/** What a process that works does now and then: the audit of ended runs, a look at the pilot. */
export class Upkeep implements Disposable {
  readonly #parts: UpkeepParts
  readonly #timers: NodeJS.Timeout[] = []

  constructor(parts: UpkeepParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    if (this.#timers.length > 0) return
    const { pool, audit, pilot, startPilot } = this.#parts
    await reopenBudgets(pool)
    this.#every(auditEveryMs, 'the audit of ended runs', () => auditEndedRuns(pool, audit))
    this.#every(pilotEveryMs, 'the look at the pilot', () => pilot.tick())
    if (startPilot) await beginOnce(pilot)
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** One at a time: a slow database is not helped by more of the same. */
  #every(ms: number, what: string, work: () => Promise<unknown>): void {
    let isBusy = false
    const attempt = async (): Promise<void> => {
      if (isBusy) return
      isBusy = true
      try {
        await work()
      } catch (err) {
        this.#parts.log.warn({ err }, `${what} failed, will try again`)
      } finally {
        isBusy = false
      }
    }
    this.#timers.push(setInterval(() => void attempt(), ms))
  }
}

/** A pilot that was stopped is not begun again by a restart. */
async function beginOnce(pilot: PilotController): Promise<void> {
  if ((await pilot.history()).length > 0) return
  try {
    await pilot.start({ user: 'maniple', role: 'admin', via: 'cli' })
  } catch (error) {
    // Another process was first.
    if (!(error instanceof AppError) || error.code !== 'pilot_not_possible') throw error
  }
}
