const harmless = /^[A-Za-z0-9_@%+=:,./-]+$/

/** The words as one line that a POSIX shell reads back as exactly these words. */
export function shellQuote(words: readonly string[]): string {
  return words
    .map((word) => (harmless.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ')
}
