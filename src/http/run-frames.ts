import type { RunService, RunSnapshot, RunState } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import { withHeartbeats } from './with-heartbeats.ts'

const heartbeatMs = 15_000
const reconnectMs = 2_000

const ended: ReadonlySet<RunState> = new Set(['succeeded', 'partial', 'failed', 'cancelled'])

// JSON.stringify escapes line breaks, so one `data:` line holds it all.
const frame = (event: string, seq: number, data: unknown): string =>
  `event: ${event}\nid: ${seq}\ndata: ${JSON.stringify(data)}\n\n`

export type Follow = {
  readonly runs: RunService
  readonly id: string
  /** Where to begin: a snapshot to send first, or the number of the last event already received. */
  readonly from: RunSnapshot | number
  /** Ends the frames quietly. */
  readonly signal: AbortSignal
}

/**
 * The text of an event stream that follows a run: `snapshot` unless resuming, a `change` for each
 * event, and `end` with the final run. Pulled frame by frame, so a slow client slows the reading.
 */
export async function* runFrames(follow: Follow): AsyncGenerator<string, void, undefined> {
  yield `retry: ${reconnectMs}\n\n`
  try {
    yield* frames(follow)
  } catch (error) {
    // However the service reports the abort we asked for, it is no failure.
    if (!follow.signal.aborted) throw error
  }
}

async function* frames({
  runs,
  id,
  from,
  signal,
}: Follow): AsyncGenerator<string, void, undefined> {
  let seq = typeof from === 'number' ? from : from.seq
  if (typeof from !== 'number') yield frame('snapshot', seq, from)
  while (!signal.aborted) {
    const before = seq
    for await (const event of withHeartbeats(runs.events(id, seq, signal), heartbeatMs)) {
      if (event === 'heartbeat') {
        yield ': still here\n\n'
      } else {
        seq = event.seq
        yield frame('change', seq, event)
      }
    }
    if (signal.aborted) return
    const run = await runs.get(id)
    if (ended.has(run.state) && run.seq <= seq) {
      yield frame('end', seq, { seq, run })
      return
    }
    // It was retried since its events ended: there must be more of them.
    if (seq === before && run.seq <= seq) {
      throw new AppError('internal', `events of run ${id} ended at ${seq} while it is ${run.state}`)
    }
  }
}
