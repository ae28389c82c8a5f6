import { findSecretShapes, hideRanges, mergeRanges, type TextRange } from '../shared/index.ts'

/** A shorter one would maim every text, and tell by the holes what it is. */
const shortest = 6

/**
 * The text without the known secrets and without what looks like a token. Known ones are found as
 * they are, in base64 (at any offset), hex and URL encoding, and with hidden characters in between.
 */
export function redactSecrets(text: string, known: readonly string[]): string {
  return hideRanges(text, findSecrets(text, known))
}

/** Whether one of the known secrets is in it, in any form. */
export function holdsKnownSecret(text: string, known: readonly string[]): boolean {
  return findKnown(withoutHidden(text), known).length > 0
}

export function findSecrets(text: string, known: readonly string[]): readonly TextRange[] {
  const shown = withoutHidden(text)
  const found = mergeRanges([...findKnown(shown, known), ...findSecretShapes(shown.text)])
  return found.map(({ start, end }) => ({
    start: shown.indexOf(start),
    end: shown.indexOf(end - 1) + 1,
  }))
}

type Shown = { readonly text: string; readonly indexOf: (at: number) => number }

const hidden = /[\p{Default_Ignorable_Code_Point}\p{Cf}]+/gu

/** What is seen of a text, and where each of its characters stands in the whole. */
function withoutHidden(text: string): Shown {
  const gaps = [...text.matchAll(hidden)]
  if (gaps.length === 0) return { text, indexOf: (at) => at }
  const starts: { readonly shown: number; readonly whole: number }[] = [{ shown: 0, whole: 0 }]
  let lost = 0
  for (const gap of gaps) {
    starts.push({ shown: gap.index - lost, whole: gap.index + gap[0].length })
    lost += gap[0].length
  }
  return {
    text: text.replace(hidden, ''),
    indexOf: (at) => {
      // The last piece that begins at or before it.
      let low = 0
      let high = starts.length - 1
      while (low < high) {
        const middle = Math.ceil((low + high) / 2)
        if ((starts[middle]?.shown ?? 0) <= at) low = middle
        else high = middle - 1
      }
      const piece = starts[low] ?? { shown: 0, whole: 0 }
      return piece.whole + at - piece.shown
    },
  }
}

function findKnown({ text }: Shown, known: readonly string[]): TextRange[] {
  const found: TextRange[] = []
  const lowerCase = text.replace(/[A-Z]/g, (char) => char.toLowerCase())
  for (const secret of known) {
    if (secret.length < shortest) continue
    for (const form of exactForms(secret)) addAll(text, form, found)
    for (const form of looseForms(secret)) addAll(lowerCase, form, found)
  }
  return found
}

function addAll(text: string, form: string, found: TextRange[]): void {
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
    found.push({ start: at, end: at + form.length })
  }
}

/** As it is, in JSON, URL-encoded, and in base64 as it shows at each of the three offsets. */
function exactForms(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].flatMap((offset) => {
    const coded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    // The letters at both ends hold bits of the neighbours.
    const sound = coded.slice(
      Math.ceil((offset * 8) / 6),
      Math.floor(((offset + bytes.length) * 8) / 6),
    )
    return [sound, sound.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return new Set([secret, JSON.stringify(secret).slice(1, -1), ...base64])
}

/** Forms whose letters may be in either case. */
function looseForms(secret: string): ReadonlySet<string> {
  const hex = Buffer.from(secret).toString('hex')
  const everyByte = hex.replace(/../g, '%$&')
  const lower = (text: string) => text.replace(/[A-Z]/g, (char) => char.toLowerCase())
  const url = encodeURIComponent(secret.toWellFormed())
  return new Set([hex, everyByte, ...(url === secret ? [] : [lower(url)])])
}
