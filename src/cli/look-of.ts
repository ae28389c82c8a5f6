import type { Look } from './styled-line.ts'

/** The terminal's width and colours; text that goes to a file or a pipe is neither cut nor coloured. */
export function lookOf(stream: NodeJS.WriteStream): Look {
  if (!stream.isTTY) return { width: Number.POSITIVE_INFINITY, colour: false }
  // `hasColors` heeds NO_COLOR, FORCE_COLOR and the kind of terminal.
  return { width: stream.columns ?? 80, colour: stream.hasColors() }
}
