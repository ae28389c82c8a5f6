import { simulatedLabel } from './live-view.ts'
import { type Look, type Span, styledLine } from './styled-line.ts'
import { safeText, wrap } from './terminal-text.ts'

const labelWidth = 12

/** `label       value`, cut to the width. */
export function field(label: string, spans: readonly Span[], look: Look): string {
  return styledLine([['dim', label.padEnd(labelWidth)], ...spans], look)
}

/** Like `field`, on as many lines as the text takes. Any text is made safe. */
export function wrappedField(label: string, text: string, look: Look): readonly string[] {
  const lines = wrap(safeText(text), look.width - labelWidth)
  return (lines.length === 0 ? ['–'] : lines).map((line, index) =>
    field(index === 0 ? label : '', [line], look),
  )
}

/** Sentences one after another, each with a dash. */
export function listed(texts: readonly string[], look: Look): readonly string[] {
  return texts.flatMap((text) =>
    wrap(safeText(text), look.width - 2).map((line, index) =>
      styledLine([`${index === 0 ? '- ' : '  '}${line}`], look),
    ),
  )
}

export function simulatedLine(
  look: Look,
  what = 'the simulated model provider answers, no model is asked',
): string {
  const text = `${simulatedLabel}: ${what}`
  return styledLine([['yellow', text]], look)
}

/** The voice's line, last on a page; nothing where it is silent. */
export function closingLine(commentary: string, look: Look): readonly string[] {
  const lines = wrap(safeText(commentary), look.width)
  return lines.length === 0 ? [] : ['', ...lines.map((line) => styledLine([['dim', line]], look))]
}

export function formatUsd(amount: number | null): string {
  if (amount === null) return '–'
  return `$${amount.toFixed(amount !== 0 && amount < 1 ? 4 : 2)}`
}

/** A share of one as a percentage. */
export function formatShare(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`
}
