import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Audit } from '../records/index.ts'
import { AppError, type Log } from '../shared/index.ts'
import { atOnce, auditEndedRuns } from './orchestration/audit-ended-runs.ts'
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
/** How long the closing may take for runs that ended since the last look. */
const lastLookMs = 200

/** What a process that works does now and then: the audit of ended runs, a look at the pilot. */
export class Upkeep implements AsyncDisposable {
  readonly #parts: UpkeepParts
  readonly #timers: NodeJS.Timeout[] = []
  readonly #underWay = new Set<Promise<void>>()

  constructor(parts: UpkeepParts) {
    this.#parts = parts
  }

  /** May be called again when it failed. */
  async start(): Promise<void> {
    if (this.#timers.length > 0) return
    const { pool, audit, pilot, startPilot } = this.#parts
    await reopenBudgets(pool)
    if (startPilot) await beginOnce(pilot)
    this.#every(auditEveryMs, 'the audit of ended runs', () => auditEndedRuns({ pool, audit }))
    this.#every(pilotEveryMs, 'the look at the pilot', () => pilot.tick())
  }

  /**
   * A command that ends with its run has no second to wait for the audit. What is not told in time is
   * told by the next process that works.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timers.length === 0) return
    for (const timer of this.#timers) clearInterval(timer)
    const late = new AbortController()
    const lastLook = this.#lookOnce(late.signal).catch((err: unknown) => {
      this.#parts.log.warn({ err }, 'the last audit of ended runs failed; the next process does it')
    })
    const tooLate = delay(lastLookMs, undefined, { signal: late.signal }).catch(() => undefined)
    await Promise.race([lastLook, tooLate])
    late.abort()
  }

  async #lookOnce(late: AbortSignal): Promise<void> {
    const { pool, audit } = this.#parts
    await Promise.all(this.#underWay)
    let found = atOnce
    while (found === atOnce && !late.aborted) {
      found = await auditEndedRuns({ pool, audit, timeoutMs: lastLookMs })
    }
  }

  /** One at a time: a slow database is not helped by more of the same. */
  #every(ms: number, what: string, work: () => Promise<unknown>): void {
    let current: Promise<void> | null = null
    const attempt = async (): Promise<void> => {
      try {
        await work()
      } catch (err) {
        this.#parts.log.warn({ err }, `${what} failed, will try again`)
      }
    }
    const begin = (): void => {
      if (current !== null) return
      const begun = attempt().finally(() => {
        this.#underWay.delete(begun)
        current = null
      })
      current = begun
      this.#underWay.add(begun)
    }
    this.#timers.push(setInterval(begin, ms))
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
