import type { CodeRanges } from './find-code.ts'
import {
  beginsWww,
  isAllowedAddress,
  isAllowedAuthority,
  isAllowedDestination,
  isScheme,
} from './link-rules.ts'
import {
  anyOf,
  applyEdits,
  createScan,
  type Edit,
  isLetter,
  isWordChar,
  type Scan,
  type Work,
} from './scan.ts'

export type ProseOptions = {
  /** Plain text (titles, commit messages) has no tags, links or images to take apart. */
  readonly markdown: boolean
  readonly hosts: readonly string[]
  readonly mentions: readonly string[]
}

type Rule = (scan: Scan, at: number, options: ProseOptions) => Edit | null

const isLogin = anyOf('-/_.', isWordChar)
// `@*name*` notifies nobody on GitHub, but reads as a mention once the formatting is gone.
const isFormatting = anyOf('*_~`\\[')
const beginsTag = anyOf('/!?', isLetter)

const escapeTag: Rule = (scan, at, { markdown }) => {
  if (markdown && beginsTag(scan.code(at + 1))) return { start: at, end: at + 1, text: '&lt;' }
  return !markdown && scan.says(at, '<!--') ? { start: at, end: at + 1, text: '< ' } : null
}

const escapeMention: Rule = (scan, at, { mentions }) => {
  // After a letter or digit it is the middle of a mail address, which notifies nobody.
  const start = scan.after(at + 1, isFormatting)
  if (!isWordChar(scan.code(start)) || isWordChar(scan.code(at - 1))) return null
  const end = scan.after(at + 1, isLogin, at + 200)
  const name = scan.text.slice(at + 1, end).toLowerCase()
  const allowed = mentions.some((one) => {
    const login = one.toLowerCase()
    return name === login || (name.startsWith(login) && /^[._]+$/.test(name.slice(login.length)))
  })
  // Its full-width twin reads the same, in code too, and notifies nobody.
  return allowed ? null : { start: at, end: at + 1, text: '\uff20' }
}

const cutScheme: Rule = (scan, at, { hosts }) => {
  if (!scan.text.startsWith('://', at) || isAllowedAddress(scan, at, hosts)) return null
  const start = scan.before(at, isScheme)
  // Where no name follows it is no address: kept apart, so that nothing new comes together.
  if (start === at || !isWordChar(scan.code(at + 3))) {
    return { start: at, end: at + 3, text: ': //' }
  }
  return { start, end: at + 3, text: '' }
}

const cutWww: Rule = (scan, at, { hosts }) => {
  if (!beginsWww(scan, at) || isAllowedAuthority(scan, at, hosts)) return null
  return isWordChar(scan.code(at + 4))
    ? { start: at, end: at + 4, text: '' }
    : { start: at, end: at + 4, text: 'www .' }
}

const splitImage: Rule = (scan, at, { markdown }) =>
  markdown && scan.code(at + 1) === 91 ? { start: at, end: at + 1, text: '! ' } : null

const splitLink: Rule = (scan, at, { markdown, hosts }) => {
  const next = scan.text[at + 1]
  if (!markdown || (next !== '(' && next !== ':')) return null
  return isAllowedDestination(scan, at + 2, hosts) ? null : { start: at, end: at + 1, text: '] ' }
}

const rules: ReadonlyMap<string, Rule> = new Map([
  ['<', escapeTag],
  ['@', escapeMention],
  [':', cutScheme],
  ['w', cutWww],
  ['W', cutWww],
  ['!', splitImage],
  [']', splitLink],
])

/** Takes the acting out of what is not code: tags, mentions, foreign addresses, images, links. */
export function editProse(
  text: string,
  { code, work }: { readonly code: CodeRanges; readonly work: Work },
  options: ProseOptions,
): string {
  const scan = createScan(text, work)
  const edits: Edit[] = []
  let range = 0
  for (let at = 0; at < text.length; at++) {
    work.looks++
    const inside = code.ranges[range]
    if (inside !== undefined && at >= inside[0]) {
      at = Math.max(at, inside[1]) - 1
      range++
      continue
    }
    const edit = rules.get(text.charAt(at))?.(scan, at, options) ?? null
    if (edit !== null) edits.push(edit)
  }
  return applyEdits(text, edits) + code.ending
}
