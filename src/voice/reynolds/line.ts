import type { Moment, MomentOf } from '../moment.ts'

/** A line and when it is true; without `when`, always. */
type Line<M extends Moment> = {
  readonly when?: (moment: M) => boolean
  readonly say: string | ((moment: M) => string)
}

export type LinesOf<Kind extends Moment['kind']> = readonly Line<MomentOf<Kind>>[]

/** One of the lines that are true of the moment, each as likely as the next. */
export function chooseLine<M extends Moment>(
  lines: readonly Line<M>[],
  moment: M,
  draw: number,
): string {
  const fitting = lines.filter((line) => line.when?.(moment) ?? true)
  const line = fitting[Math.floor(within(draw) * fitting.length)]?.say ?? ''
  return typeof line === 'string' ? line : line(moment)
}

/** From 0 to just below 1, whatever came. */
function within(draw: number): number {
  return Number.isNaN(draw) ? 0 : Math.min(0.999_999, Math.max(0, draw))
}
