/** `1 h 02 min 03 s` of simulated milliseconds. */
export function longTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = `${two(minutes)} min ${two(seconds % 60)} s`
  return hours === 0 ? rest : `${hours} h ${rest}`
}

/** `12.3 s` of real milliseconds. */
export function shortTime(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
