import type { CreationWindow, WidthLimits } from './width-facts.ts'

const minuteMs = 60_000
const hourMs = 3_600_000

type Pace = Pick<WidthLimits, 'creationsPerMinute' | 'creationsPerHour' | 'writeSpacingMs'>

/**
 * Milliseconds until so many pieces of content can have been created; 0: at once. `writesEach`: how
 * many writes, itself counted, go with each creation.
 */
export function creationTime(count: number, pace: Pace, writesEach = 1): number {
  const { creationsPerMinute, creationsPerHour, writeSpacingMs } = pace
  const byMinute = windowTime(count, creationsPerMinute, minuteMs)
  if (creationsPerHour === null) return byMinute
  const { left, resetsInMs } = creationsPerHour
  if (count <= left) return byMinute
  const perHour = perHourOf(pace, writesEach)
  if (perHour <= 0) return Number.POSITIVE_INFINITY
  const beyond = count - Math.max(0, left)
  const windows = Math.ceil(beyond / perHour)
  // What the last hour begins with goes at the pace of the minutes again.
  const rest = beyond - (windows - 1) * perHour
  const fresh =
    creationsPerMinute === null ? 0 : (Math.ceil(rest / creationsPerMinute.limit) - 1) * minuteMs
  const spaced = rest * writesEach * writeSpacingMs
  return Math.max(byMinute, resetsInMs + (windows - 1) * hourMs + Math.max(fresh, spaced))
}

/** Milliseconds until a window that fills up every `lengthMs` has let so many through. */
export function windowTime(count: number, window: CreationWindow | null, lengthMs: number): number {
  if (window === null || count <= Math.max(0, window.left)) return 0
  if (window.limit <= 0) return Number.POSITIVE_INFINITY
  const windows = Math.ceil((count - Math.max(0, window.left)) / window.limit)
  return window.resetsInMs + (windows - 1) * lengthMs
}

/** No more can be created in an hour than its minutes and the spacing of writes let through. */
function perHourOf(pace: Pace, writesEach: number): number {
  const { creationsPerMinute, creationsPerHour, writeSpacingMs } = pace
  const eachMs = writeSpacingMs * writesEach
  return Math.min(
    creationsPerHour?.limit ?? Number.POSITIVE_INFINITY,
    creationsPerMinute === null ? Number.POSITIVE_INFINITY : creationsPerMinute.limit * 60,
    eachMs > 0 ? Math.max(1, Math.floor(hourMs / eachMs)) : Number.POSITIVE_INFINITY,
  )
}
