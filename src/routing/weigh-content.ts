import { parseRequest } from './parse-request.ts'
import { readIntent, type World } from './read-intent.ts'
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
  const read = reading.sentences.map(({ text }) => ({ text, words: readWords(text) }))
  const all = read.flatMap(({ words }) => words)
  const said = sayings(read, worldOf(all, reading.hasCode))
  const points = new Map<string, { score: number; reasons: string[] }>()
  const counts = { requests: 0, told: 0 }
  for (const { type, strength, reason } of said) {
    const isRequest = strength > 0.6
    // Halved each time: a long tail never outweighs the first request.
    const fades = isRequest ? counts.requests : counts.told + 2 * counts.requests
    counts[isRequest ? 'requests' : 'told'] += 1
    const score = strength * 0.5 ** fades
    const have = points.get(type) ?? { score: 0, reasons: [] }
    have.score += score
    if (have.reasons.length < 4) have.reasons.push(`${reason} (${score.toFixed(2)})`)
    points.set(type, have)
  }
  if (reading.hasDiff) {
    const { score, reasons } = points.get('code_review') ?? { score: 0, reasons: [] }
    points.set('code_review', { score: score + 0.35, reasons: [...reasons, 'holds a diff (0.35)'] })
  }
  const lemmas = all.map(({ lemma }) => lemma).join(' ')
  return { points, lemmas: ` ${lemmas.replaceAll('-', ' ')} `, notes: notesOf(reading) }
}

type Saying = { readonly type: string; readonly strength: number; readonly reason: string }

/** What each sentence says for a type, in their order. */
function sayings(
  read: readonly { readonly text: string; readonly words: readonly Word[] }[],
  world: World,
): readonly Saying[] {
  const said: Saying[] = []
  let laidOut = false
  for (const { text, words } of read) {
    if (isTemplateHeading(words) || userStory.test(text)) {
      const reason = 'laid out as a bug report or a story'
      if (!laidOut) said.push({ type: 'code_generation', strength: 0.7, reason })
      laidOut = true
      continue
    }
    const request = parseRequest(words, text.trimEnd().endsWith('?'))
    const last = said.at(-1)
    // `The manual is wrong. Correct it.`: what it is was said before.
    const topic = request.refersBack && last?.type === 'documentation' ? last.type : null
    const intent = topic === null ? readIntent(request, world) : { type: topic, strength: 1 }
    const reason = `asks: “${text.trim().slice(0, shown)}”`
    if (intent !== null) said.push({ ...intent, reason })
  }
  return said
}

/** Technical when more words are of software than of daily life. */
function worldOf(words: readonly Word[], hasCode: boolean): World {
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

const keysOf = new WeakMap<readonly string[], readonly (readonly [skill: string, key: string])[]>()

/** The skills that stand in a text. Their keys are made once for each list of skills. */
export function skillsIn(skills: readonly string[], { lemmas }: Weighed): readonly string[] {
  const keys = keysOf.get(skills) ?? skills.map((skill) => [skill, skillKey(skill)] as const)
  keysOf.set(skills, keys)
  return keys.filter(([, key]) => lemmas.includes(key)).map(([skill]) => skill)
}

/** A skill in the form of the text's words, to be looked for between blanks. */
const skillKey = (skill: string): string =>
  ` ${skill
    .trim()
    .split(/[\s_-]+/)
    .map(lemmaOf)
    .join(' ')} `
