import {
  defects,
  fillers,
  type NounClass,
  nounClasses,
  templateHeadings,
  type VerbGroup,
  verbGroups,
} from './word-classes.ts'

export type Word = {
  /** Lower case, phrases joined by dashes, plural and spelling evened out. */
  readonly lemma: string
  readonly verb: VerbGroup | null
  readonly nouns: readonly NounClass[]
  /** Punctuation that ends a phrase. */
  readonly stop: boolean
}

/** Plural and British or American spelling evened out, the same for texts and tables. */
export function lemmaOf(word: string): string {
  const lower = word.toLowerCase().replace(/(?:'s|’s)$/, '')
  const spelled = lower.length > 5 ? lower.replace(/iz(e|ed|es|ing|ation)$/, 'is$1') : lower
  if (/[.#/\d]/.test(spelled) || spelled.length < 4) {
    return spelled === 'prs' || spelled === 'mrs' ? spelled.slice(0, 2) : spelled
  }
  if (spelled.endsWith('ies')) return `${spelled.slice(0, -3)}y`
  if (/(?:ss|us|is)$/.test(spelled)) return spelled
  if (/(?:ch|sh|ss|x)es$/.test(spelled)) return spelled.slice(0, -2)
  return spelled.endsWith('s') ? spelled.slice(0, -1) : spelled
}

const keyOf = (entry: string): string => entry.split('-').map(lemmaOf).join('-')

const verbs = new Map<string, VerbGroup>()
for (const group of Object.keys(verbGroups) as VerbGroup[]) {
  for (const entry of verbGroups[group]) {
    if (!verbs.has(keyOf(entry))) verbs.set(keyOf(entry), group)
  }
}

const nouns = new Map<string, NounClass[]>()
for (const name of Object.keys(nounClasses) as NounClass[]) {
  for (const entry of nounClasses[name]) {
    nouns.set(keyOf(entry), [...(nouns.get(keyOf(entry)) ?? []), name])
  }
}

const headings = new Set([...templateHeadings].map(keyOf))
const known = new Set([...verbs.keys(), ...nouns.keys(), ...headings])
/** How many words the longest phrase has that begins with a word: most words begin none. */
const longestFrom = new Map<string, number>()
for (const parts of [...known].map((key) => key.split('-'))) {
  const first = parts[0] ?? ''
  longestFrom.set(first, Math.max(parts.length, longestFrom.get(first) ?? 1))
}

export const isTemplateHeading = (words: readonly Word[]): boolean =>
  headings.has(
    words
      .filter(({ stop }) => !stop)
      .map(({ lemma }) => lemma)
      .join('-'),
  )

export const isDefect = ({ lemma }: Word): boolean => defects.has(lemma)
export const isFiller = ({ lemma, stop }: Word): boolean => stop || fillers.has(lemma)

/** Names from programs, which stand for code: `parseDate`, `src/cart.ts`, `snake_case()`. */
const codeName = /^(?:[a-z]+[A-Z]|[A-Z][a-z]+[A-Z])[A-Za-z]*$|_|\(\)|^\.{0,2}\/|[/.][a-z]{1,4}$/
const docFile =
  /^(?:docs?\/.*|.*\.(?:md|mdx|rst|adoc)|readme|changelog|contributing|security\.md)$/i

function asWord(text: string): Word {
  if (/^[,;:!?()\n—–]$/.test(text)) return { lemma: text, verb: null, nouns: [], stop: true }
  if (/^#\d+$/.test(text)) {
    return { lemma: 'reference-number', verb: null, nouns: ['reference'], stop: false }
  }
  if (/^cve-\d/i.test(text)) return { lemma: 'cve', verb: null, nouns: ['security'], stop: false }
  const lemma = lemmaOf(text)
  const verb = verbs.get(lemma) ?? null
  const classes = nouns.get(lemma)
  if (classes !== undefined || verb !== null) {
    return { lemma, verb, nouns: classes ?? [], stop: false }
  }
  if (docFile.test(text)) return { lemma: 'docfile', verb: null, nouns: ['docs'], stop: false }
  if (text.length > 3 && codeName.test(text)) {
    return { lemma: 'codename', verb: null, nouns: ['code'], stop: false }
  }
  return { lemma, verb: null, nouns: [], stop: false }
}

/** Every run of letters or one mark; bounded, so that a run of dots costs no square of its length. */
const token = /[\p{L}\p{N}_#@.+/'’()-]{0,80}[\p{L}\p{N}_#+)]|[,;:!?()—–]/gu

/** The words of one sentence, known phrases taken together. */
export function readWords(sentence: string): readonly Word[] {
  const texts = (evened(sentence).match(token) ?? [])
    .map((text) => text.replace(/^[.(@'’-]+(?!net)/i, ''))
    .flatMap((text) => (isOneWord(text) ? [text] : text.split('-')))
  const lemmas = texts.map(lemmaOf)
  const found: Word[] = []
  for (let at = 0; at < texts.length; ) {
    const length = phraseLength(lemmas, at)
    found.push(asWord(length > 1 ? lemmas.slice(at, at + length).join('-') : (texts[at] ?? '')))
    at += length
  }
  return found.filter(({ lemma }) => lemma !== '')
}

/** A how-to is a document, “how to” is not; “give me comments on” is “give comments on”. */
const evened = (sentence: string): string =>
  sentence
    .replaceAll(/\bhow-to(s?)\b/gi, 'howto$1')
    .replaceAll(/\b(give|tell|show|send) (?:me|us) /gi, '$1 ')

/** `re-prioritise` and `CVE-2021-44228` stay whole, `post-release` does not. */
const isOneWord = (text: string): boolean =>
  !/^[\p{L}]+(?:-[\p{L}]+)+$/u.test(text) || known.has(lemmaOf(text))

function phraseLength(lemmas: readonly string[], at: number): number {
  for (
    let length = Math.min(longestFrom.get(lemmas[at] ?? '') ?? 1, lemmas.length - at);
    length > 1;
    length -= 1
  ) {
    if (known.has(lemmas.slice(at, at + length).join('-'))) return length
  }
  return 1
}
