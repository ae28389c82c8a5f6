/** Longer texts are read from their start: what is asked for stands there. */
const readCharacters = 4_000

type Sentence = { readonly text: string; readonly heading: boolean }

type Reading = {
  readonly sentences: readonly Sentence[]
  readonly hasCode: boolean
  readonly hasDiff: boolean
  /** How many sentences speak to the router instead of asking for work. */
  readonly setAside: number
  readonly cut: boolean
}

/** Speaks about routing or about being an assistant: no part of the work that is asked for. */
const speaksToRouter = [
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|above|previous|prior|rules)\b/i,
  /\byou are (?:now|an?|the)\b/i,
  /\b(?:route|routed|router|routing|dispatch|send|assign|forward|hand)\b.{0,40}\b(?:to|choose|select|pick)\b.{0,30}\b(?:security|code|documentation|issue|general|specialist|model|reviewer?)\b/i,
  /\b(?:router|routing)\b.{0,60}\b(?:code|security|issue)[ _-](?:generation|review|scanning|management)\b/i,
  /\bspecialist\b.{0,30}\b(?:must|should|is|for|handle)\b|\b(?:use|choose|as|pick|select) the \w+(?: \w+)? specialist\b/i,
  /^\W*["']?(?:specialist|type|route|task[_ ]?type|agent)["']?\s*[:=]\s*["']?\w+["']?\W*$/i,
  /^\s*\{.*["'](?:specialist|type|route)["']\s*:/i,
]

const isHeading = (line: string): boolean =>
  /^\s*#{1,6}\s/.test(line) || /^\s*\*\*[^*]{1,80}\*\*:?\s*$/.test(line)

/**
 * The text as sentences: code blocks and quotations out (what stands in them is not the request),
 * sentences that try to choose the route out as well, unless nothing else is left to weigh.
 */
export function readSentences(content: string): Reading {
  const start = content.slice(0, readCharacters)
  const blocks = removeCode(start)
  const all = blocks.text
    .split('\n')
    .flatMap((line) =>
      isHeading(line)
        ? [{ text: line.replaceAll(/[#*]/g, ' '), heading: true }]
        : sentencesOf(line).map((text) => ({ text, heading: false })),
    )
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
  const asking = all.filter(({ text }) => !speaksToRouter.some((pattern) => pattern.test(text)))
  const kept = asking.length > 0 ? asking : all
  return {
    sentences: kept,
    hasCode: blocks.hasCode,
    hasDiff: blocks.hasDiff,
    setAside: all.length - kept.length,
    cut: content.length > readCharacters,
  }
}

function removeCode(text: string): { text: string; hasCode: boolean; hasDiff: boolean } {
  const parts = text.split('```')
  const outside = parts.filter((_, index) => index % 2 === 0)
  const inside = parts.filter((_, index) => index % 2 === 1)
  const diffLine = /^(?:diff --git |@@ |[+-]{3} |diff\s*$)/m
  return {
    text: outside
      .join('\n')
      .replaceAll(/`([^`\n]{1,200})`/g, ' $1 ')
      .replaceAll(/"[^"\n]{1,300}"|“[^”\n]{1,300}”/g, ' quotation '),
    hasCode: inside.length > 0,
    hasDiff: inside.some((block) => diffLine.test(block)) || diffLine.test(outside[0] ?? ''),
  }
}

/** Bullets and numbers off; a full stop ends a sentence only before a blank (not in `cart.ts`). */
function sentencesOf(line: string): readonly string[] {
  const bare = line.replace(/^\s*(?:[-*>]|\d{1,3}[.)])\s+/, '').replaceAll('*', ' ')
  return bare.split(/(?<=[.!?;])\s+/)
}
