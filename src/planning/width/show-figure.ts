export const showCount = (count: number | null) => (count === null ? 'any number of' : `${count}`)

/** `45 s`, `7 min 1 s`, `1 h 4 min`: rounded up to the last unit shown. */
export function showTime(ms: number): string {
  if (!Number.isFinite(ms)) return 'never'
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', `${seconds % 60} s`)
  const minutes = Math.ceil(seconds / 60)
  return joined(Math.floor(minutes / 60), 'h', `${minutes % 60} min`)
}

const joined = (count: number, unit: string, rest: string) =>
  rest.startsWith('0 ') ? `${count} ${unit}` : `${count} ${unit} ${rest}`
