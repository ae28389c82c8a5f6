import { setTimeout as delay } from 'node:timers/promises'
import type { EffectContext } from '../../contracts/index.ts'
import {
  claimDeliveries,
  claimGitHubRuns,
  finishDelivery,
  type GitHubRun,
  type GitHubRunLooked,
  releaseGitHubRun,
} from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import type { GitHubParts } from './github-parts.ts'
import { handleDelivery } from './handle-delivery.ts'
import { lookAtRun } from './look-at-run.ts'
import { readOwnActors } from './own-actors.ts'

/** A look stops itself after 40 s, and a call of it takes 30 s at most. */
const leaseMs = 120_000
/** Between two looks at what is due: real time, and of a simulated GitHub a second of its own. */
const idleMs = 1000
const shortestIdleMs = 50
const longestPauseMs = 10_000
const mostRuns = 4
const mostDeliveries = 20
const mostTries = 5

/**
 * Looks after the runs that are shown on GitHub and after deliveries, in this process and beside
 * others: what is due is taken under a lease, and what a lost process left is due again.
 */
export class GitHubKeeper implements AsyncDisposable {
  readonly #parts: GitHubParts
  readonly #closing = new AbortController()
  #working: Promise<void> | null = null
  #ownActors: readonly number[] = []

  constructor(parts: GitHubParts) {
    this.#parts = parts
  }

  start(): void {
    this.#working ??= this.#work()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new AppError('shutting_down', 'this process is stopping'))
    await this.#working
  }

  async #work(): Promise<void> {
    const { signal } = this.#closing
    const restMs = Math.max(shortestIdleMs, idleMs / this.#parts.config.github.timeScale)
    await this.#learnActors()
    while (!signal.aborted) {
      const did = await this.#round()
      if (!did) await delay(restMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Until it is known who Maniple is on GitHub, nothing that happens there is judged. */
  async #learnActors(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        this.#ownActors = await readOwnActors(this.#parts.client, signal)
        return
      } catch (error) {
        if (signal.aborted) return
        this.#parts.log.warn({ err: error }, 'GitHub does not tell who this is')
        await delay(longestPauseMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  /** True when there was something to do. */
  async #round(): Promise<boolean> {
    const { pool, holder, log } = this.#parts
    try {
      const deliveries = await claimDeliveries(pool, { holder, limit: mostDeliveries, leaseMs })
      for (const delivery of deliveries) await this.#handle(delivery)
      const runs = await claimGitHubRuns(pool, { holder, limit: mostRuns, leaseMs })
      await Promise.all(runs.map((run) => this.#look(run)))
      return deliveries.length + runs.length > 0
    } catch (error) {
      if (!this.#closing.signal.aborted)
        log.warn({ err: error }, 'runs on GitHub could not be looked after')
      return false
    }
  }

  async #handle(delivery: Awaited<ReturnType<typeof claimDeliveries>>[number]): Promise<void> {
    const { pool, holder, log } = this.#parts
    const { ordinal } = delivery
    const { signal } = this.#closing
    try {
      const handled = await handleDelivery(this.#parts, delivery, {
        ownActors: this.#ownActors,
        signal,
      })
      await finishDelivery(pool, { ordinal, holder }, handled)
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error, delivery: delivery.guid }, 'a delivery could not be handled')
      const state = delivery.tries >= mostTries ? 'failed' : 'stored'
      const reasons = [error instanceof Error ? error.message : String(error)]
      await finishDelivery(pool, { ordinal, holder }, { state, verdict: null, reasons })
    }
  }

  async #look(run: GitHubRun): Promise<void> {
    const { pool, holder, log, config } = this.#parts
    const { run_id: runId } = run
    const { signal } = this.#closing
    const begun = performance.now()
    const context: EffectContext = {
      signal,
      stillOurs: async () => performance.now() - begun < leaseMs / 2,
    }
    const { dashboard_hash: dashboardHash, dashboards } = run
    const before = { dashboardHash, dashboards, ended: false, leaseMs }
    try {
      const looked = await lookAtRun(this.#parts, run, context)
      await releaseGitHubRun(pool, { runId, holder }, { ...looked, leaseMs })
    } catch (error) {
      if (signal.aborted) return await this.#giveBack(runId, before)
      log.warn({ err: error, run: runId }, 'a run on GitHub could not be looked at')
      const restMs = error instanceof AppError ? error.retryAfterMs : undefined
      const lookInMs = restMs ?? (config.github.lookSeconds * 1000) / config.github.timeScale
      await releaseGitHubRun(pool, { runId, holder }, { ...before, lookInMs })
    }
  }

  async #giveBack(runId: string, before: Omit<GitHubRunLooked, 'lookInMs'>): Promise<void> {
    const { pool, holder } = this.#parts
    await releaseGitHubRun(pool, { runId, holder }, { ...before, lookInMs: 0 })
  }
}
