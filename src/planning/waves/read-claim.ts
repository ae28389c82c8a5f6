/** What a task is expected to write: a file, or all files (of one extension) below a folder. */
export type Claim = {
  /** Folders from the root down, the file last when it is one. Lower case: disks may ignore case. */
  readonly segments: readonly string[]
  readonly isWhole: boolean
  /** Null: of any extension. */
  readonly extension: string | null
  /** As it was given, for people. */
  readonly text: string
}

const longestPath = 1024
const wildcard = /[*?[\]{}]/
const bareFiles =
  /^(makefile|dockerfile|containerfile|license|licence|readme|changelog|codeowners|procfile|gemfile|rakefile|jenkinsfile|vagrantfile|justfile)$/

/**
 * Reads a path or glob. A glob claims all below the folders before its first wildcard, narrowed only
 * by the extension it ends in: rather too much than too little. Null: outside the repository, or
 * nothing at all.
 */
export function readClaim(path: string): Claim | null {
  const text = path.trim()
  if (text === '' || text.length > longestPath) return null
  const all = segmentsOf(text.toLowerCase())
  if (all === null) return null
  const wild = all.findIndex((segment) => wildcard.test(segment))
  const last = all.at(-1) ?? ''
  if (wild >= 0) {
    const extension = /^.*\*(\.[a-z0-9]+)$/.exec(last)?.[1] ?? null
    return { segments: all.slice(0, wild), isWhole: true, extension, text }
  }
  const isFolder = all.length === 0 || text.endsWith('/') || !/.\.|^\./.test(last)
  return isFolder && !bareFiles.test(last)
    ? { segments: all, isWhole: true, extension: null, text }
    : { segments: all, isWhole: false, extension: extensionOf(last), text }
}

/** A component by name, as if it were a file of a tree of its own; `Cart/tests` is part of `Cart`. */
export function componentClaim(name: string): Claim | null {
  const segments = name
    .toLowerCase()
    .split('/')
    .map((part) => part.trim())
    .filter(Boolean)
  if (segments.length === 0) return null
  // No path begins with an empty segment, so that the two trees stay apart.
  return { segments: ['', ...segments], isWhole: true, extension: null, text: `component ${name}` }
}

const extensionOf = (file: string) => /\.[a-z0-9]+$/.exec(file)?.[0] ?? ''

function segmentsOf(path: string): readonly string[] | null {
  const segments: string[] = []
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return null
  }
  return segments
}
