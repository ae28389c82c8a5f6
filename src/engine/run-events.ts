import type { Pool } from 'pg'
import * as z from 'zod'
import { type RunEvent, RunState, TaskState } from '../contracts/index.ts'
import { readRun } from './run-rows.ts'

const EventRow = z.object({
  seq: z.number(),
  at: z.date(),
  state: RunState,
  ordinals: z.array(z.number()),
  states: z.array(TaskState),
  attempts: z.array(z.number()),
})

/** Most events that one read takes. */
const readLimit = 500

/** Watches the numbers of the last events of all runs that somebody follows, in one query for all. */
export type RunTicker = {
  /** Resolves once the run has events after `seq`, or has ended; rejects when aborted. */
  readonly changed: (runId: string, seq: number, signal: AbortSignal) => Promise<void>
}

type Waiter = { readonly runId: string; readonly seq: number; readonly resolve: () => void }

export function createRunTicker(
  pool: Pool,
  everyMs: number,
  onError: (error: unknown) => void,
): RunTicker {
  const waiters = new Set<Waiter>()
  let isTicking = false
  const tick = async (): Promise<void> => {
    const ids = [...new Set([...waiters].map((waiter) => waiter.runId))]
    const result = await pool.query<{ id: string; seq: number; over: boolean }>(
      'select id, seq, outcome is not null as over from maniple.runs where id = any ($1)',
      [ids],
    )
    const rows = new Map(result.rows.map((row) => [row.id, row]))
    for (const waiter of [...waiters]) {
      const row = rows.get(waiter.runId)
      if (row === undefined || row.over || row.seq > waiter.seq) waiter.resolve()
    }
  }
  const loop = async (): Promise<void> => {
    isTicking = true
    while (waiters.size > 0) {
      // The database may be away for a while; those who wait go on waiting.
      await tick().catch(onError)
      if (waiters.size > 0) await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
    isTicking = false
  }
  const changed: RunTicker['changed'] = (runId, seq, signal) =>
    new Promise((resolve, reject) => {
      const leave = (settle: () => void) => () => {
        waiters.delete(waiter)
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const onAbort = leave(() => reject(signal.reason))
      const waiter: Waiter = { runId, seq, resolve: leave(resolve) }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort)
      waiters.add(waiter)
      if (!isTicking) void loop()
    })
  return { changed }
}

/** Every event of a run after `afterSeq`; ends when the run has ended and all was given. Throws `not_found`. */
export async function* followEvents(
  pool: Pool,
  ticker: RunTicker,
  from: { readonly runId: string; readonly afterSeq: number; readonly signal: AbortSignal },
): AsyncGenerator<RunEvent> {
  const { runId, signal } = from
  await readRun(pool, runId)
  const keys = await readKeys(pool, runId)
  let seq = from.afterSeq
  while (true) {
    signal.throwIfAborted()
    // Asked before the events are read, so that the last event cannot slip in between.
    const isOver = await hasEnded(pool, runId)
    const events = await readEvents(pool, runId, seq)
    for (const { ordinals, states, attempts, ...event } of events) {
      const changes = ordinals.map((ordinal, index) => ({
        task: keys[ordinal] ?? '',
        state: states[index] ?? 'waiting',
        attempt: attempts[index] ?? 0,
      }))
      yield { seq: event.seq, at: event.at.toISOString(), run: event.state, changes }
      seq = event.seq
    }
    if (events.length < readLimit) {
      if (isOver) return
      await ticker.changed(runId, seq, signal)
    }
  }
}

async function readKeys(pool: Pool, runId: string): Promise<string[]> {
  const result = await pool.query<{ ordinal: number; key: string }>(
    'select ordinal, key from maniple.task_specs where run_id = $1',
    [runId],
  )
  const keys: string[] = []
  for (const row of result.rows) keys[row.ordinal] = row.key
  return keys
}

async function hasEnded(pool: Pool, runId: string): Promise<boolean> {
  const result = await pool.query<Record<string, unknown>>(
    'select 1 from maniple.runs where id = $1 and outcome is null',
    [runId],
  )
  return result.rowCount === 0
}

async function readEvents(pool: Pool, runId: string, afterSeq: number) {
  const result = await pool.query<Record<string, unknown>>(
    'select seq, at, state, ordinals, states::text[] as states, attempts from maniple.run_events where run_id = $1 and seq > $2 order by seq limit $3',
    [runId, afterSeq, readLimit],
  )
  return z.array(EventRow).parse(result.rows)
}
