/** A count for a line; what is no count is told as zero. */
export function count(value: number): string {
  if (!Number.isFinite(value) || value <= 0) return '0'
  return value >= 1e9 ? 'over a billion' : String(Math.round(value))
}

/** `3 workloads`, `1 workload`. */
export function counted(value: number, noun: string): string {
  const text = count(value)
  return `${text} ${noun}${text === '1' ? '' : 's'}`
}

/** `2.4x`; only for figures that are worth telling. */
export function times(value: number): string {
  return value >= 1e6 ? 'over a million times' : `${Number(value.toFixed(1))}x`
}

/** A share of 0 to 1 as `12 %`; never 100 % or 0 % unless it is exactly that. */
export function percent(share: number): string {
  if (!Number.isFinite(share) || share <= 0) return '0 %'
  if (share >= 1) return '100 %'
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))} %`
}
