import { parseRequest } from './parse-request.ts'
import { readIntent } from './read-intent.ts'
import { readSentences } from './read-sentences.ts'
import { isTemplateHeading, lemmaOf, readWords, type Word } from './read-words.ts'
import { softwareVerbs } from './word-classes.ts'

export type Weighed = {
  /** Points by task type, and what gave them. */
  readonly points: ReadonlyMap<
    string,
    { readonly score: number; readonly reasons: readonly string[] }
  >
  /** The text's words in order, brought to one form, for the skills of specialists. */
  readonly lemmas: string
  /** What a person should know of how it was read. */
  readonly notes: readonly string[]
}

const everydayWorld = new Set(['everyday', 'light', 'act'])
const shown = 60
const userStory = /^\s*as an? .{1,80}\bi (?:want|need|would like)\b/i

/**
 * What a text asks for. The first request counts most; later ones (“then update the docs”) less and
 * less; what is merely stated counts least, and most of it before anything was asked for.
 */
export function weighContent(content: string): Weighed {
  const reading = readSentences(content)
  const read = reading.sentences.map((sentence) => ({
    ...sentence,
    words: readWords(sentence.text),
  }))
  const world = worldOf(
    read.flatMap(({ words }) => words),
    reading.hasCode,
  )
  const points = new Map<string, { score: number; reasons: string[] }>()
  const give = (type: string, score: number, reason: string): void => {
    const have = points.get(type) ?? { score: 0, reasons: [] }
    have.score += score
    if (have.reasons.length < 4) have.reasons.push(`${reason} (${score.toFixed(2)})`)
    points.set(type, have)
  }
  let requests = 0
  let told = 0
  let topic = ''
  for (const { text, words } of read) {
    if (isTemplateHeading(words) || userStory.test(text)) {
      if (requests === 0) give('code_generation', 0.7, 'laid out as a bug report or a story')
      requests += 1
      continue
    }
    const request = parseRequest(words, text.trimEnd().endsWith('?'))
    const read = readIntent(request, world)
    // `The manual is wrong. Correct it.`: what it is was said before.
    const intent =
      request.refersBack && topic === 'documentation' ? { type: topic, strength: 1 } : read
    if (intent === null) continue
    topic = intent.type
    const isRequest = intent.strength > 0.6
    const fades = isRequest ? 1 / (1 + 1.5 * requests) : 1 / (1 + told + 3 * requests)
    if (isRequest) requests += 1
    else told += 1
    give(intent.type, intent.strength * fades, `asks: “${text.trim().slice(0, shown)}”`)
  }
  if (reading.hasDiff) give('code_review', 0.35, 'holds a diff')
  const lemmas = read.map(({ words }) => words.map(({ lemma }) => lemma).join(' ')).join(' ')
  return { points, lemmas: ` ${lemmas.replaceAll('-', ' ')} `, notes: notesOf(reading) }
}

/** Technical when more words are of software than of daily life. */
function worldOf(
  words: readonly Word[],
  hasCode: boolean,
): { technical: boolean; hasCode: boolean } {
  const classed = words.filter(({ nouns }) => nouns.length > 0)
  const technical = words.filter(
    ({ nouns, lemma }) =>
      softwareVerbs.has(lemma) || nouns.some((name) => !everydayWorld.has(name)),
  )
  const everyday = classed.filter(({ nouns }) => nouns.includes('everyday'))
  return { technical: hasCode || technical.length > everyday.length, hasCode }
}

function notesOf({ setAside, cut }: { setAside: number; cut: boolean }): readonly string[] {
  return [
    ...(setAside > 0
      ? [
          `${setAside} sentence(s) that speak to the router were set aside: a text asks, it does not choose`,
        ]
      : []),
    ...(cut ? ['only the first 4,000 characters were weighed'] : []),
  ]
}

/** A skill in the form of the text's words, to be looked for between blanks. */
export const skillKey = (skill: string): string =>
  ` ${skill
    .trim()
    .split(/[\s_-]+/)
    .map(lemmaOf)
    .join(' ')} `
