/** What a task's text says it is about. */
export type PredictedFiles = {
  readonly paths: readonly string[]
  /** Names; with a step (`Cart/tests`) when the text is about that step of it alone. */
  readonly components: readonly string[]
}

/** A text can be long and hostile: more than this is not read, and of names no more are kept. */
const longestText = 60_000
const mostNames = 200

const addresses = /\b[a-z][a-z0-9+.-]{0,20}:\/\/\S*/gi
const words = /[\w.@*{}[\]/\\,+~-]{2,300}/g
const extensions = new Set(
  [
    'c cc cfg conf cpp cs css csv cts dart env ex exs go gql gradle graphql h hpp hs htm html ini',
    'ipynb java jl js json jsonc jsx kt kts lock lua m md mdx mjs ml mts php pl proto ps1 py r rb',
    'rs rst sass scala scss sh sql svelte svg swift tf toml ts tsx txt vue xml yaml yml zig',
  ].flatMap((line) => line.split(' ')),
)
const folders = new Set(
  [
    'api app apps assets backend bench bin client cmd components config configs deploy docs examples',
    'frontend include internal lib libs migrations modules packages pages pkg public scripts server',
    'services spec specs src static templates test tests tools ui web',
  ].flatMap((line) => line.split(' ')),
)
/** Products that are written like files. */
const products =
  /^(?:node|next|vue|nuxt|react|express|three|d3|angular|ember|chart|socket|deno)\.(?:js|io|ts)$/i

const steps: ReadonlyMap<string, string> = new Map([
  ['implementation', 'implementation'],
  ['tests', 'tests'],
  ['documentation', 'documentation'],
  ['integration review', 'review'],
  ['ingest', 'ingest'],
  ['validate', 'validate'],
])

/**
 * Paths and components that a task's text names: the places where it will probably write. By form
 * alone: known extensions and folders, and the lines `Component:` and `Step:` of worker instructions.
 */
export function predictFiles(text: string): PredictedFiles {
  const start = text.slice(0, longestText)
  const plain = start.replace(addresses, ' ')
  const paths = new Set<string>()
  for (const [word] of plain.matchAll(words)) {
    const path = pathOf(word)
    if (path !== null && paths.size < mostNames) paths.add(path)
  }
  return { paths: [...paths], components: componentsOf(plain) }
}

function pathOf(word: string): string | null {
  const path = word
    .replaceAll('\\', '/')
    .replace(/^[,+~-]+|[.,+~-]+$/g, '')
    .replace(/^\.\//, '')
  const segments = path.split('/').filter((segment) => segment !== '')
  const last = segments.at(-1) ?? ''
  if (segments.length === 0 || segments.includes('..') || products.test(path)) return null
  if (path.startsWith('/') || path.startsWith('@')) return null
  const extension = /.\.([a-z0-9]+)$/i.exec(last)?.[1] ?? ''
  if (extensions.has(extension.toLowerCase())) return path
  const isGlob = /[*{]/.test(path) && path.includes('/')
  const isFolder = path.endsWith('/') && segments.length > 0 && /^[\w.@-]+\/$/.test(path)
  const isKnown = segments.length > 1 && folders.has((segments[0] ?? '').toLowerCase())
  const isHidden = segments.length > 1 && /^\.\w/.test(path)
  return isGlob || isFolder || isKnown || isHidden ? path : null
}

function componentsOf(text: string): readonly string[] {
  const found = new Set(labelledComponents(text))
  const mentions = /\b[Tt]he `?([A-Z][\w-]{1,60})`? (?:component|module|service|class|package)\b/g
  for (const [, name = ''] of text.matchAll(mentions)) {
    // Its step alone says more.
    if (![...found].some((one) => one.startsWith(`${name}/`))) found.add(name)
    if (found.size >= mostNames) break
  }
  return [...found].slice(0, mostNames)
}

/** `Component: Cart`, and with a line `Step: tests` after it only its tests. */
function* labelledComponents(text: string): Generator<string> {
  let named: string | null = null
  for (const line of text.split('\n')) {
    const [, key, value = ''] = /^(Component|Step): (\S.{0,199})$/.exec(line) ?? []
    if (key === 'Component') {
      if (named !== null) yield named
      named = value.trim()
    }
    const step: string | undefined = key === 'Step' ? steps.get(value.trim()) : undefined
    if (step !== undefined && named !== null) {
      yield `${named.replaceAll('/', ' ')}/${step}`
      named = null
    }
  }
  if (named !== null) yield named
}
