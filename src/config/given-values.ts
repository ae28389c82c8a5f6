import type { ConfigKey } from './config-keys.ts'
import type { ProblemList } from './problem-list.ts'

/** Where values come from; a later one wins. */
const ranks = ['default', 'file', 'environment', 'command line'] as const

export type GivenValue = {
  readonly key: ConfigKey
  /** The key, or the alias by which it was given. */
  readonly name: string
  readonly source: string
  readonly value: unknown
  readonly rank: (typeof ranks)[number]
  readonly isAlias: boolean
}

const number = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i

/** What was given for each key, once: names that contradict each other are problems. */
export class GivenValues {
  readonly #byKey = new Map<string, GivenValue>()
  readonly #problems: ProblemList

  constructor(problems: ProblemList) {
    this.#problems = problems
  }

  get(key: string): GivenValue | undefined {
    return this.#byKey.get(key)
  }

  /** Gives a key that was not given so far its value. */
  addDefault(key: ConfigKey, value: unknown): void {
    if (this.#byKey.has(key.key)) return
    const given = { key, name: key.key, source: 'the defaults', value, isAlias: false }
    this.#byKey.set(key.key, { ...given, rank: 'default' })
  }

  add(given: GivenValue): void {
    const before = this.#byKey.get(given.key.key)
    if (before !== undefined && this.#contradict(before, given)) {
      this.#problems.add(
        `${before.name} in ${before.source} and ${given.name} in ${given.source} both set ${given.key.key}, and differ; expected one of them`,
      )
      return
    }
    if (before === undefined || ranks.indexOf(given.rank) >= ranks.indexOf(before.rank)) {
      this.#byKey.set(given.key.key, given)
    }
  }

  /** A text from the environment or the command line, turned into what the key wants. */
  addText(given: Omit<GivenValue, 'value'> & { readonly value: string }): void {
    if (given.key.kind === 'json') this.#addJson(given)
    else if (given.key.kind === 'number' && number.test(given.value)) {
      this.add({ ...given, value: Number(given.value) })
    } else this.add(given)
  }

  #addJson(given: Omit<GivenValue, 'value'> & { readonly value: string }): void {
    try {
      const value: unknown = JSON.parse(given.value)
      this.add({ ...given, value })
    } catch {
      // What JSON.parse says would quote the value without its name.
      this.#problems.addValue({ ...given, expected: `${given.key.expected}, as JSON` })
    }
  }

  /** All values as the nested object that the schema judges. */
  asTree(keys: readonly ConfigKey[]): Record<string, unknown> {
    const root: Record<string, unknown> = {}
    for (const { key } of keys) {
      const names = key.split('.')
      const last = names.pop() ?? key
      let section = root
      for (const name of names) {
        const inner: Record<string, unknown> = isTree(section[name]) ? section[name] : {}
        section[name] = inner
        section = inner
      }
      const given = this.#byKey.get(key)
      if (given !== undefined) section[last] = given.value
    }
    return root
  }

  // The command line is meant to overrule; a key's own name overrules by rank. Two names in one
  // place, or an alias beside the key, leave open what was meant.
  #contradict(before: GivenValue, now: GivenValue): boolean {
    if (now.rank === 'command line' || before.rank === 'command line') return false
    if (before.rank !== now.rank && !before.isAlias && !now.isAlias) return false
    return JSON.stringify(before.value) !== JSON.stringify(now.value)
  }
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
