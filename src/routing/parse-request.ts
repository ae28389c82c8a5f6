import { isDefect, isFiller, type Word } from './read-words.ts'
import {
  determiners,
  deviceNouns,
  enders,
  type NounClass,
  questionWords,
  subordinators,
  type VerbGroup,
} from './word-classes.ts'

/** A sentence taken apart: what it wants done (`act`) to what (`head`). */
export type Request = {
  readonly act: VerbGroup | 'title' | 'question' | 'statement'
  readonly verb: string
  readonly head: Word | null
  /** The words in front of the head in its noun phrase. */
  readonly modifiers: readonly Word[]
  /** What stands in front of the verb. */
  readonly before: readonly Word[]
  /** Its object is `it` or `that`: what was spoken of before. */
  readonly refersBack: boolean
  /** What follows the noun phrase, at most 40 words. */
  readonly rest: readonly Word[]
  readonly defect: boolean
}

const wishes = new Set(['want', 'need', 'like', 'needing', 'miss', 'missing', 'lack'])
const toldTo = new Set([
  'want',
  'need',
  'like',
  'possible',
  'somebody',
  'someone',
  'you',
  'us',
  'it',
])
const opensVerb = new Set([
  'please',
  'pls',
  'must',
  'should',
  'let',
  'kindly',
  'then',
  'could',
  'can',
])
const restLimit = 40

/** Takes one sentence apart: its first verb in the place of a command, and that verb's object. */
export function parseRequest(words: readonly Word[], asks: boolean): Request {
  const start = afterSubordinate(words)
  const title = titleBeforeColon(words, start)
  if (title !== null) return title
  const first = words[start]?.lemma ?? ''
  const isQuestion = asks || questionWords.has(first)
  const told = isQuestion && startsWithQuestion(words, start) ? null : commandOf(words, start)
  const asked = told ?? (isQuestion ? null : wishOf(words, start))
  if (asked !== null) return asked
  if (isQuestion) return withObject(words, start, { act: 'question', verb: first })
  const short = words.length <= 14 && !words.some(isDefect)
  return withObject(words, start, { act: short ? 'title' : 'statement', verb: '' })
}

function commandOf(words: readonly Word[], start: number): Request | null {
  const at = leadVerb(words, start)
  const word = at === null ? undefined : words[at]
  if (at === null || word?.verb === undefined || word.verb === null) return null
  return withObject(words, at + 1, { act: word.verb, verb: word.lemma })
}

/** `We need a …`: without a verb, the thing that is wished for is to be made. */
function wishOf(words: readonly Word[], start: number): Request | null {
  const at = words.findIndex(({ lemma }, index) => index >= start && wishes.has(lemma))
  if (at < 0) return null
  const wish = withObject(words, at + 1, { act: 'produce', verb: words[at]?.lemma ?? '' })
  return wish.head === null ? null : wish
}

/** `Could you …` asks for a thing to be done; `which …`, `is it …` ask to be told something. */
function startsWithQuestion(words: readonly Word[], start: number): boolean {
  const [first, second] = [words[start]?.lemma ?? '', words[start + 1]?.lemma ?? '']
  if (/^(?:can|could|would|will)$/.test(first))
    return !/^(?:you|we|i|someone|somebody)$/.test(second)
  return questionWords.has(first)
}

/** `Before we merge, review …`: what is asked for comes after the comma. */
function afterSubordinate(words: readonly Word[]): number {
  const first = words[0]
  if (first === undefined || !subordinators.has(first.lemma)) return 0
  const comma = words.findIndex(({ lemma }) => lemma === ',')
  const wish = words.findIndex(
    ({ lemma }, at) => lemma === 'i' && wishes.has(words[at + 1]?.lemma ?? ''),
  )
  if (wish > 0 && (comma < 0 || wish < comma)) return wish
  return comma < 0 ? 1 : comma + 1
}

/** `Document store: add …`, `docs: explain …`: a subject, named before a colon. */
function titleBeforeColon(words: readonly Word[], start: number): Request | null {
  const colon = words.findIndex(({ lemma }) => lemma === ':')
  if (colon <= start || colon > start + 5) return null
  const subject = words.slice(start, colon)
  if (leadVerb(subject, 0) !== null || subject.some(({ lemma }) => enders.has(lemma))) return null
  const title = withObject(subject, 0, { act: 'title', verb: '' })
  if (title.head === null || title.head.nouns.includes('light')) return null
  return { ...title, rest: words.slice(colon + 1, colon + restLimit) }
}

function leadVerb(words: readonly Word[], start: number): number | null {
  let expecting = true
  for (let at = start; at < words.length; at += 1) {
    const word = words[at]
    if (word === undefined) return null
    if (expecting && word.verb !== null && !isNoun(words, at)) return at
    if (isFiller(word)) {
      expecting = expecting || word.stop || opensHere(words, at)
    } else {
      expecting = false
    }
  }
  return null
}

function opensHere(words: readonly Word[], at: number): boolean {
  const lemma = words[at]?.lemma ?? ''
  return opensVerb.has(lemma) || (lemma === 'to' && toldTo.has(words[at - 1]?.lemma ?? ''))
}

/** A word that is a noun too is one before the thing it names: `review queue`, `document store`. */
function isNoun(words: readonly Word[], at: number): boolean {
  const [word, next] = [words[at], words[at + 1]]
  if (word === undefined || next === undefined) return false
  // `I need a list`, `we want …`: wishes are not commands.
  if (wishes.has(word.lemma)) return true
  const isBoth = word.nouns.length > 0 || /^(?:test|design|process|plan)$/.test(word.lemma)
  return (isBoth && deviceNouns.has(next.lemma)) || next.lemma === ':'
}

function withObject(
  words: readonly Word[],
  from: number,
  asked: Pick<Request, 'act' | 'verb'>,
): Request {
  const phrase = nounPhrase(words, from)
  const isKnown = ({ nouns }: Word): boolean => nouns.some((name) => name !== 'reference')
  const named = phrase.words.findLastIndex(isKnown)
  const known = named >= 0 ? named : phrase.words.findLastIndex(({ nouns }) => nouns.length > 0)
  // An unknown last word may be the head: the class of one far in front of it says nothing.
  const head = known >= 0 && phrase.words.length - known <= 2 ? known : -1
  return {
    ...asked,
    head: phrase.words[head] ?? null,
    modifiers: phrase.words.slice(0, Math.max(0, head)),
    before: words.slice(0, from),
    refersBack:
      phrase.words.length === 0 && /^(?:it|that|this|them|these)$/.test(words[from]?.lemma ?? ''),
    rest: words.slice(phrase.end, phrase.end + restLimit),
    defect: words.some(isDefect),
  }
}

function nounPhrase(
  words: readonly Word[],
  from: number,
): { readonly words: readonly Word[]; readonly end: number } {
  let at = from
  while (at < words.length && skipsBefore(words[at])) at += 1
  const start = at
  while (at < words.length && !endsPhrase(words[at])) at += 1
  return { words: words.slice(start, at), end: at }
}

const skipsBefore = (word: Word | undefined): boolean =>
  word !== undefined &&
  (word.lemma === ':' ||
    determiners.has(word.lemma) ||
    (isFiller(word) && !word.stop) ||
    /^(?:of|for|in|on|at|into|through|with|about|them|out|up|over|are|is|does|do|if|whether|how|why|what)$/.test(
      word.lemma,
    ))

const endsPhrase = (word: Word | undefined): boolean =>
  word === undefined || word.stop || enders.has(word.lemma)

/** The first word of the class in a row of words. */
export const findClass = (words: readonly Word[], name: NounClass): Word | undefined =>
  words.find(({ nouns }) => nouns.includes(name))
