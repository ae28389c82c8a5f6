import { InvalidArgumentError } from 'commander'
import type { LevelName } from '../contracts/index.ts'

/** Options that every command takes. */
export type GlobalFlags = {
  readonly dataDir?: string
  readonly config?: string
  readonly logLevel?: string
  readonly json?: boolean
}

/** An agent command line, its repository, the check on the combined tree, and what they may see. */
export type AgentFlags = {
  readonly agent?: string
  readonly repo?: string
  readonly check?: string
  readonly passEnv?: readonly string[]
}

export type QuietFlag = { readonly quiet?: boolean }

const levels: readonly LevelName[] = ['small', 'medium', 'large', 'massive']

/** A whole number within bounds, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

/** A level: a name or a number of tasks. */
export function level(text: string): LevelName | number {
  const name = levels.find((known) => known === text.toLowerCase())
  if (name !== undefined) return name
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000) return Number(text)
  throw new InvalidArgumentError(`It must be ${levels.join(', ')} or a number from 1 to 10000.`)
}

/** One of a set, gathered over repeated options. */
export function oneOfRepeated<T extends string>(
  known: readonly T[],
): (text: string, before: readonly T[] | undefined) => readonly T[] {
  return (text, before = []) => {
    const value = known.find((one) => one === text)
    if (value === undefined) throw new InvalidArgumentError(`It must be ${known.join(' or ')}.`)
    return before.includes(value) ? before : [...before, value]
  }
}

/** The name of an environment variable, gathered over repeated options. */
export function variableRepeated(
  text: string,
  before: readonly string[] | undefined,
): readonly string[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) {
    throw new InvalidArgumentError(
      'It must be the name of an environment variable, such as API_KEY.',
    )
  }
  const names = before ?? []
  return names.includes(text) ? names : [...names, text]
}

/** Text that is not empty. */
export function nonEmpty(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It must not be empty.')
}
