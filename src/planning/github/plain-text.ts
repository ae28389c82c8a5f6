/** What may be on GitHub but not be seen: controls, direction marks, zero widths, tags, fillers. */
const hidden = /[\p{Cc}\p{Cf}\p{Co}\u115f\u1160\u3164\uffa0]|[\u{e0100}-\u{e01ef}]/gu
const longestFence = 100

/**
 * Somebody else's words on one line of Markdown, a table's cell included: they read as they were
 * written, and nothing in them acts. At most `max` characters are shown.
 */
export function plainLine(text: string, max: number): string {
  const start = text.slice(0, max * 10).toWellFormed()
  const line = start.replace(/\s+/g, ' ').replace(hidden, '').trim()
  return cut(line, max)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '\uff20')
    .replace(/#(?=\d)/g, '\uff03')
    .replace(/\b(gh)-(?=\d)/gi, '$1\u2011')
    .replace(/:\/\//g, ': //')
    .replace(/www\./gi, (www) => `${www.slice(0, 3)} .`)
    .replace(/\](?=[(:])/g, '] ')
    .replace(/^\//, '\uff0f')
    .replace(/[\\`*_~|$[\]]/g, '\\$&')
}

/** At most `max` UTF-16 units, an ellipsis included, never half a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  if (max < 1) return ''
  return `${text
    .slice(0, max - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`
}

/**
 * Somebody else's words as a block that cannot be left from within: its fence is longer than any run
 * of backticks inside (of which none has more than 99). At most `max` characters of them; how many are missing is said below it.
 */
export function quoteBlock(text: string, max: number): string {
  const all = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(hidden, (char) => (char === '\n' || char === '\t' ? char : ''))
    // A fence as long as the longest run would take as much room again, twice.
    .replace(/`{100,}/g, '`'.repeat(longestFence - 1))
  const shown = cut(all, max)
  const longest = (shown.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  const missing = all.length > max ? `\n\nCut here: it has ${all.length} characters in all.` : ''
  return `${fence}text\n${shown}\n${fence}${missing}`
}

/** An issue or pull request, as GitHub links it from another one. */
export type IssueRef = { readonly repository: string; readonly number: number }

export function showRef({ repository, number }: IssueRef, from: string): string {
  return repository.toLowerCase() === from.toLowerCase() ? `#${number}` : `${repository}#${number}`
}
