import { styleText } from 'node:util'
import { displayWidth, fit } from './terminal-text.ts'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** A piece of a line: bare, or with a style. The text must already be safe (`safeText`). */
export type Span = string | readonly [Style, string]

/** How a page is drawn: columns (may be Infinity) and whether with colour. */
export type Look = { readonly width: number; readonly colour: boolean }

/** One line of spans, cut to the width; styles never count as width and are always closed. */
export function styledLine(spans: readonly Span[], look: Look): string {
  let room = look.width
  let line = ''
  for (const span of spans) {
    if (room <= 0) break
    const [style, text] = typeof span === 'string' ? [undefined, span] : span
    const cut = fit(text, room)
    room -= displayWidth(cut)
    line +=
      style === undefined || !look.colour || cut === ''
        ? cut
        : styleText(style, cut, { validateStream: false })
    if (cut !== text) break
  }
  return line.trimEnd()
}
