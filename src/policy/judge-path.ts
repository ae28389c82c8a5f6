import { ask, deny, type Finding } from './findings.ts'
import type { PathRules } from './gate-rules.ts'
import { matchesPath } from './match-name.ts'
import { hasHiddenCharacters, removeHiddenCharacters } from './text/hidden-characters.ts'

/** What is obeyed by machines: by CI, by GitHub, by package managers and by agents themselves. */
const protectedFolders = [
  ...['.github', '.gitlab', '.circleci', '.buildkite', '.husky', '.devcontainer', '.vscode'],
  ...['.claude', '.cursor', '.codex', '.gemini', '.githooks', '.maniple'],
]
const protectedFiles = [
  ...['codeowners', 'action.yml', 'action.yaml', '.gitmodules', '.gitattributes', '.gitconfig'],
  ...['.npmrc', '.yarnrc', '.yarnrc.yml', '.pypirc', '.netrc', '.envrc', '.mcp.json'],
  ...['dependabot.yml', 'dependabot.yaml', 'renovate.json', 'renovate.json5', '.renovaterc'],
  ...[
    '.gitlab-ci.yml',
    '.travis.yml',
    'jenkinsfile',
    'azure-pipelines.yml',
    'bitbucket-pipelines.yml',
  ],
  ...[
    'agents.md',
    'claude.md',
    'gemini.md',
    '.cursorrules',
    '.mergify.yml',
    '.pre-commit-config.yaml',
  ],
  ...['maniple.yaml', 'maniple.yml', 'maniple.json'],
]

/** How a careless file system reads a name: without case, hidden characters, dots at the end. */
export function plainName(name: string): string {
  return removeHiddenCharacters(name.normalize('NFKC'))
    .replace(/[. ]+$/, '')
    .toLowerCase()
}

// Git's own folder as Windows (8.3 names, streams) and macOS spell it too.
const gitFolder = /^(?:\.git|git~\d+)(?::.*)?$/

type Trick = readonly [what: string, isIt: (text: string) => boolean]

const tricksOfPaths: readonly Trick[] = [
  ['is empty or has blanks at its ends', (path) => path === '' || path.trim() !== path],
  ['holds characters that do not show', (path) => !path.isWellFormed() || /\p{Cc}/u.test(path)],
  ['holds characters that do not show', (path) => hasHiddenCharacters(path)],
  ['holds characters that do not show', (path) => /[\u2028\u2029]/.test(path)],
  ['holds a backslash', (path) => path.includes('\\')],
  ['is not relative', (path) => /^(?:[/~]|[a-z]:)/i.test(path)],
  ['is not written in the usual Unicode form', (path) => path.normalize('NFC') !== path],
  [
    'holds characters that look like a slash',
    (path) => path.normalize('NFKC').split('/').length !== path.split('/').length,
  ],
  ['holds percent codes for dots or slashes', (path) => /%(?:2e|2f|5c|00)/i.test(path)],
]

const tricksOfParts: readonly Trick[] = [
  ['has an empty part', (part) => part === ''],
  ['leaves its folder', (part) => /^[. ]+$/.test(part.normalize('NFKC'))],
  ['has a part that ends in a dot or a blank', (part) => /[. ]$/.test(part)],
  ["leads into git's own folder", (part) => gitFolder.test(plainName(part))],
  ['holds a character that not every system can store', (part) => /[:*?"<>|]/.test(part)],
]

/** What is wrong with a path as such, wherever it leads: null where nothing is. */
function findTrick(path: string): string | null {
  const whole = tricksOfPaths.find(([, isIt]) => isIt(path))
  if (whole !== undefined) return whole[0]
  const parts = path.split('/')
  return tricksOfParts.find(([, isIt]) => parts.some(isIt))?.[0] ?? null
}

function isProtected(path: string, rules: PathRules): boolean {
  const parts = path.split('/').map(plainName)
  const plain = parts.join('/')
  return (
    parts.some((part) => protectedFolders.includes(part)) ||
    protectedFiles.includes(parts.at(-1) ?? '') ||
    matchesPath(
      plain,
      rules.protected.map((pattern) => pattern.toLowerCase()),
    )
  )
}

/** Whether a file of that path may be written or removed. */
export function judgePath(path: string, rules: PathRules): readonly Finding[] {
  const name = JSON.stringify(path.slice(0, 200))
  const trick = findTrick(path)
  if (trick !== null) return [deny(`The path ${name} ${trick}.`)]
  if (isProtected(path, rules) && !matchesPath(path, rules.unprotected)) {
    return [deny(`${name} is protected: machines obey it. \`paths.unprotected\` may name it.`)]
  }
  return []
}

/** Files of a change, taken together: none twice under names that some file systems confuse. */
export function judgePaths(paths: readonly string[], rules: PathRules): readonly Finding[] {
  const findings = paths.flatMap((path) => judgePath(path, rules))
  const seen = new Map<string, string>()
  const plain = paths.map((path) => path.split('/').map(plainName).join('/'))
  for (const [n, path] of paths.entries()) {
    const one = plain[n] ?? ''
    const twin = seen.get(one)
    if (twin !== undefined) {
      findings.push(
        deny(`${JSON.stringify(path)} and ${JSON.stringify(twin)} are one file to some.`),
      )
    }
    seen.set(one, path)
  }
  for (const one of plain) {
    for (let at = one.indexOf('/'); at >= 0; at = one.indexOf('/', at + 1)) {
      const file = seen.get(one.slice(0, at))
      // A link by that name would lead the other file elsewhere.
      if (file !== undefined) findings.push(ask(`${JSON.stringify(file)} is a file and a folder.`))
    }
  }
  return findings.slice(0, 20)
}
