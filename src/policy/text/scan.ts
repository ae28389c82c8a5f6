/** Counts the characters that were looked at: a test proves with it that the work is linear. */
export type Work = { looks: number }

export type CharTest = (code: number) => boolean

/** Walks a text by single steps, each counted. No regular expression, so nothing backtracks. */
export type Scan = {
  readonly text: string
  /** The first index from `at` on whose character fails the test, at most `limit` or the end. */
  readonly after: (at: number, test: CharTest, limit?: number) => number
  /** The lowest index such that every character from there up to `at` passes the test. */
  readonly before: (at: number, test: CharTest) => number
  /** Whether `lowerCase` stands at `at`, in any case. */
  readonly says: (at: number, lowerCase: string) => boolean
  readonly code: (at: number) => number
}

export function createScan(text: string, work: Work): Scan {
  const code = (at: number) => {
    work.looks++
    return at >= 0 && at < text.length ? text.charCodeAt(at) : 0
  }
  return {
    text,
    code,
    after: (at, test, limit = text.length) => {
      let end = at
      while (end < text.length && end < limit && test(code(end))) end++
      return end
    },
    before: (at, test) => {
      let start = at
      while (start > 0 && test(code(start - 1))) start--
      return start
    },
    says: (at, lowerCase) => {
      for (let n = 0; n < lowerCase.length; n++) {
        if (lower(code(at + n)) !== lowerCase.charCodeAt(n)) return false
      }
      return true
    },
  }
}

const lower = (code: number) => (code >= 65 && code <= 90 ? code + 32 : code)

export const isLetter: CharTest = (code) => lower(code) >= 97 && lower(code) <= 122
export const isDigit: CharTest = (code) => code >= 48 && code <= 57
export const isWordChar: CharTest = (code) => isLetter(code) || isDigit(code)

/** A test for the characters of `chars`, and of `also`. */
export function anyOf(chars: string, also: CharTest = () => false): CharTest {
  const codes = new Set([...chars].map((char) => char.charCodeAt(0)))
  return (code) => codes.has(code) || also(code)
}

/** Space, tab, line feed, no-break space. */
export const isBlank = anyOf(' \t\n\u00a0')

export type Edit = { readonly start: number; readonly end: number; readonly text: string }

/** The text with the edits made. They come in order; one that overlaps its forerunner is left out. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text
  const parts: string[] = []
  let done = 0
  for (const edit of edits) {
    if (edit.start < done) continue
    parts.push(text.slice(done, edit.start), edit.text)
    done = edit.end
  }
  parts.push(text.slice(done))
  return parts.join('')
}
