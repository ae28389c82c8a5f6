/** Foreign text is cut to this many characters. */
const longestExcerpt = 300

/** One line without secrets, control characters and a closing full stop. */
export function excerpt(text: string, secrets: readonly string[] = []): string {
  const shown = secrets.reduce(
    (rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '[API key]')),
    text,
  )
  const line = shown
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  const cut = line.length > longestExcerpt ? `${line.slice(0, longestExcerpt)}…` : line
  return cut.replace(/\.$/, '')
}
