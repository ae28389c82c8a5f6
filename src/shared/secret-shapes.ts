/** A range of a text, from `start` up to and without `end`. */
export type TextRange = { readonly start: number; readonly end: number }

// What keys look like, whatever they are called: Authorization values, our own tokens, GitHub's,
// OpenAI's and Anthropic's, AWS's, Slack's, Google's, GitLab's, npm's, Hugging Face's.
const patterns: readonly RegExp[] = [
  /\b(?:bearer|basic)\s+[\w.~+/=-]{8,}/gi,
  /\bmnp_[\w-]{20,}/g,
  /(?<![A-Za-z0-9])(?:gh[opusr]_\w{20,}|github_pat_\w{20,})/g,
  /\bsk-[\w-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[abeprs]-[\w-]{10,}/g,
  /\bAIza[\w-]{30,}/g,
  /\bglpat-[\w-]{20,}/g,
  /\b(?:npm|hf)_[A-Za-z0-9]{30,}/g,
]

/** Part of every one of them: most texts hold none of these, and are looked through once. */
const telltale =
  /bearer|basic|mnp_|gh[opusr]_|github_pat_|sk-|AKIA|ASIA|xox|AIza|glpat-|npm_|hf_|eyJ|PRIVATE KEY/i

/** Where something stands that looks like a secret, in order. Linear in the text's length. */
export function findSecretShapes(text: string): readonly TextRange[] {
  if (!telltale.test(text)) return []
  const found: TextRange[] = [...webTokens(text), ...privateKeys(text)]
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      found.push({ start: match.index, end: match.index + match[0].length })
    }
  }
  return mergeRanges(found)
}

/** The text without what looks like a secret. */
export function hideSecretShapes(text: string): string {
  const found = findSecretShapes(text)
  return found.length === 0 ? text : hideRanges(text, found)
}

/** The text with `(hidden)` in the place of each range. They are in order and apart. */
export function hideRanges(text: string, ranges: readonly TextRange[]): string {
  let done = 0
  let open = ''
  for (const { start, end } of ranges) {
    open += `${text.slice(done, start)}(hidden)`
    done = end
  }
  return open + text.slice(done)
}

/** The same places, in order, those that touch made one. */
export function mergeRanges(ranges: readonly TextRange[]): readonly TextRange[] {
  const merged: { start: number; end: number }[] = []
  for (const range of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1)
    if (last !== undefined && range.start < last.end) last.end = Math.max(last.end, range.end)
    else merged.push({ ...range })
  }
  return merged
}

// One pattern for a JSON Web Token looks again from each `eyJ` to the end (a megabyte of `-eyJ`
// would take hours), so the words are taken whole and looked into.
function* webTokens(text: string): Generator<TextRange> {
  for (const { 0: word, index } of text.matchAll(/[\w.-]+/g)) {
    const parts = word.split('.')
    let at = index
    for (const [n, part] of parts.entries()) {
      const next = parts[n + 1] ?? ''
      const key = /(?:^|-)eyJ/.exec(part)
      const start = key === null ? -1 : key.index + key[0].length - 3
      if (start >= 0 && part.length - start >= 11 && next.length >= 8) {
        const after = parts[n + 2]
        const rest = after === undefined ? 0 : after.length + 1
        yield { start: at + start, end: at + part.length + 1 + next.length + rest }
      }
      at += part.length + 1
    }
  }
}

function* privateKeys(text: string): Generator<TextRange> {
  const marks = [...text.matchAll(/-----(BEGIN|END) [A-Z ]{0,40}PRIVATE KEY-----/g)]
  let start = -1
  for (const mark of marks) {
    if (mark[1] === 'BEGIN') {
      if (start < 0) start = mark.index
    } else if (start >= 0) {
      yield { start, end: mark.index + mark[0].length }
      start = -1
    }
  }
  if (start >= 0) yield { start, end: text.length }
}
