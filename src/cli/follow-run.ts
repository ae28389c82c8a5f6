import type { RunService } from '../contracts/index.ts'
import type { Clock } from '../shared/index.ts'
import type { Display } from './display.ts'
import type { Watched } from './live-view.ts'
import { RunMirror } from './run-mirror.ts'

type Following = {
  readonly runs: RunService
  readonly id: string
  readonly display: Display
  readonly clock: Clock
  /** Its results will be simulated, which the run itself says only once it has one. */
  readonly simulated?: boolean
  /** Ends the following, not the run; it then rejects with the signal's reason. */
  readonly signal: AbortSignal
}

/** A snapshot of a large run costs: at most a tenth of the time goes to them. */
const snapshotShare = 10
const soonestSnapshotMs = 400

async function consume(following: Following, mirror: RunMirror, stop: AbortSignal): Promise<void> {
  const { runs, id, signal } = following
  const either = AbortSignal.any([signal, stop])
  for await (const event of runs.events(id, mirror.seq, either)) mirror.apply(event)
  signal.throwIfAborted()
}

function seen({ simulated }: Following, { watched }: RunMirror): Watched {
  const { run } = watched
  return { ...watched, run: { ...run, simulated: run.simulated || simulated === true } }
}

/** Draws frames and fetches snapshots until aborted. */
async function draw(following: Following, mirror: RunMirror, stop: AbortSignal): Promise<void> {
  const { runs, id, display, clock } = following
  const { frameMs } = display
  if (frameMs === null) return
  let next = clock.now() + soonestSnapshotMs
  while (!stop.aborted) {
    display.show(seen(following, mirror), clock.now())
    await clock.sleep(frameMs, stop)
    const begun = clock.now()
    if (begun < next) continue
    mirror.replace(await runs.snapshot(id), clock.now())
    const took = clock.now() - begun
    next = clock.now() + Math.max(soonestSnapshotMs, took * snapshotShare)
  }
}

/** Shows a run until it has ended. Rejects when it cannot be read any more, or on abort. */
export async function followRun(following: Following): Promise<void> {
  const { runs, id, display, clock } = following
  const mirror = new RunMirror(await runs.snapshot(id), clock.now())
  const stop = new AbortController()
  const drawing = draw(following, mirror, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const consuming = consume(following, mirror, stop.signal)
  try {
    // Drawing ends of itself only by failing, or where nothing is drawn.
    await Promise.race([consuming, drawing.then(() => consuming)])
    stop.abort()
    await drawing
    if (display.frameMs === null) return
    // Events carry no errors and no durations: the last lines need them.
    mirror.replace(await runs.snapshot(id), clock.now())
    display.show(seen(following, mirror), clock.now())
  } finally {
    stop.abort()
    display.end(seen(following, mirror))
  }
}
