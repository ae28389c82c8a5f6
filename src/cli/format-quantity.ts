const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Milliseconds as people say them: `0.4 s`, `12.3 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(ms: number): string {
  const time = Math.max(ms, 0)
  if (time < 99_950) return `${(time / second).toFixed(1)} s`
  if (time < hour) {
    const seconds = Math.round(time / second)
    return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  }
  const minutes = Math.round(time / minute)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** A count with its noun: `1 task`, `3 tasks`, `1,200 tasks`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

/** Grouped thousands, at most four digits after the point; the same in every locale. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 4 })
}

/** Amounts by unit: `12,300 input_tokens, 0.02 usd`; `nothing` when there are none. */
export function formatCost(cost: Readonly<Record<string, number>>): string {
  const parts = Object.entries(cost)
    .filter(([, amount]) => amount !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([unit, amount]) => `${formatNumber(amount)} ${unit}`)
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}
