import { type Display, liveDisplay, plainDisplay, silentDisplay } from './display.ts'
import type { GlobalFlags, QuietFlag } from './flags.ts'

/** A live view on a terminal that can redraw, lines elsewhere, nothing when nothing was asked for. */
export function chooseDisplay(
  flags: GlobalFlags & QuietFlag,
  stream: NodeJS.WriteStream,
  terminalType: string | undefined,
): Display {
  if (flags.json === true || flags.quiet === true) return silentDisplay(stream)
  return stream.isTTY && terminalType !== 'dumb' ? liveDisplay(stream) : plainDisplay(stream)
}
