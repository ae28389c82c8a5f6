import { AppError } from '../shared/index.ts'
import type { ConfigKey } from './config-keys.ts'

/** The value as a problem shows it: secrets and passwords inside URLs are hidden, the rest cut. */
function shown(value: unknown, key: ConfigKey | undefined): string {
  if (key?.secret) return '(hidden)'
  const text = JSON.stringify(value) ?? String(value)
  const open = text.replace(/\/\/[^@/\s"]*@/g, '//(hidden)@')
  return open.length > 120 ? `${open.slice(0, 117)}…` : open
}

export type BadValue = {
  /** As the user wrote it: the key, or a longer path into it. */
  readonly name: string
  readonly key: ConfigKey | undefined
  /** Where it was given, such as `maniple.config.yaml:3`. */
  readonly source: string
  readonly value: unknown
  readonly expected: string
}

/** Gathers every problem of a configuration, so that all are told at once. */
export class ProblemList {
  readonly #lines: string[] = []

  add(line: string): void {
    // A control character in a value must not make one problem look like two.
    this.#lines.push(line.replace(/\s*[\r\n]+\s*/g, ' '))
  }

  addValue(bad: BadValue): void {
    const env = bad.key === undefined ? '' : ` (${bad.key.env})`
    const value = shown(bad.value, bad.key)
    this.add(`${bad.name}${env} is ${value} in ${bad.source}; expected ${bad.expected}`)
  }

  throwIfAny(): void {
    if (this.#lines.length === 0) return
    const lines = this.#lines.map((line) => `- ${line}`)
    const message =
      lines.length === 1
        ? `The configuration has a problem: ${this.#lines[0]}`
        : [`The configuration has ${lines.length} problems:`, ...lines].join('\n')
    throw new AppError('config_invalid', message)
  }
}
