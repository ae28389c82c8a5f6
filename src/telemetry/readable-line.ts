const shownApart = new Set(['level', 'time', 'message', 'err', 'error'])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function field(value: unknown): string {
  // A bare word reads best; anything else is quoted, so that no value can fake a line or a field.
  if (typeof value === 'string' && /^[\w./:@%+-]+$/.test(value)) return value
  return JSON.stringify(value)
}

function errorLines(error: unknown, level: unknown): string {
  if (!isRecord(error)) return error === undefined ? '' : ` error=${field(error)}`
  const summary = ` error=${field(error.message)}`
  const stack = error.stack
  if (level !== 'error' || typeof stack !== 'string') return summary
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return [summary, ...frames].join('\n')
}

/** One JSON log line as a person reads it: time, level, text, fields; the stack of a real error. */
export function readableLine(json: string): string {
  const line: unknown = JSON.parse(json)
  if (!isRecord(line)) return json
  const time = String(line.time).slice(11, 23)
  const level = String(line.level).toUpperCase().padEnd(5)
  const fields = Object.entries(line)
    .filter(([name]) => !shownApart.has(name))
    .map(([name, value]) => ` ${name}=${field(value)}`)
  const error = errorLines(line.err ?? line.error, line.level)
  return `${time} ${level} ${String(line.message)}${fields.join('')}${error}\n`
}
