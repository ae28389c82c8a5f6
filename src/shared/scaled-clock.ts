import { AppError } from './app-error.ts'
import { type Clock, systemClock } from './clock.ts'

export type ScaledClockOptions = {
  /** The instant, in milliseconds since the epoch, at which both times agree. */
  readonly origin: number
  /** How many simulated milliseconds pass in a real one; 1: the same. */
  readonly scale: number
  /** What is scaled. Default: the system's. */
  readonly clock?: Clock
}

export type ScaledClock = Clock & { readonly origin: number; readonly scale: number }

/** Longer timers fire at once. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Time that runs `scale` times as fast as `clock`'s. Processes that are given the same origin and
 * scale agree on it. Throws `config_invalid`.
 */
export function scaledClock({
  origin,
  scale,
  clock = systemClock,
}: ScaledClockOptions): ScaledClock {
  if (!(scale > 0 && Number.isFinite(scale) && Number.isFinite(origin))) {
    const given = `The time scale is ${scale} from the origin ${origin}`
    throw new AppError('config_invalid', `${given}: give a scale above 0 and an instant.`)
  }
  const now = (): number => origin + (clock.now() - origin) * scale
  return {
    origin,
    scale,
    now,
    sleep: async (ms, signal) => {
      const until = now() + ms
      for (let left = ms; left > 0; left = until - now()) {
        await clock.sleep(Math.min(left / scale, longestTimerMs), signal)
      }
      signal?.throwIfAborted()
    },
  }
}
