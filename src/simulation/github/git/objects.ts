import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type GitInput, runGit } from './run-git.ts'

/** An object's name, as `git rev-parse` gives it. */
export const shaPattern = /^[0-9a-f]{40}$/

export type Identity = {
  readonly name: string
  readonly email: string
  /** Simulated milliseconds since the epoch. */
  readonly at: number
}

export type Commit = {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Identity
  readonly committer: Identity
  readonly message: string
}

export type NewCommit = Omit<Commit, 'sha'>

export type TreeEntry = {
  readonly path: string
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
  /** Of blobs. */
  readonly size: number | null
}

/** A null sha takes the path out of the tree. */
export type TreeChange = {
  readonly path: string
  readonly mode: string
  readonly sha: string | null
}

/** The immutable part of a repository: blobs, trees and commits. */
export class GitObjects {
  readonly path: string
  readonly #commits = new Map<string, Commit>()
  #indexes = 0

  constructor(path: string) {
    this.path = path
  }

  async text(args: readonly string[], input: GitInput = {}): Promise<string> {
    return (await runGit(this.path, args, input)).stdout.toString('utf8').trimEnd()
  }

  /** The full name of what `name` means, of the wanted type; null when there is none. */
  async resolve(name: string, type = 'commit'): Promise<string | null> {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{${type}}`]
    const { exitCode, stdout } = await runGit(this.path, args, { answers: [0, 1, 128] })
    const sha = stdout.toString('utf8').trim()
    return exitCode === 0 && shaPattern.test(sha) ? sha : null
  }

  async blob(sha: string): Promise<Buffer> {
    return (await runGit(this.path, ['cat-file', 'blob', sha])).stdout
  }

  async writeBlob(content: Buffer): Promise<string> {
    return await this.text(['hash-object', '-w', '--stdin'], { input: content })
  }

  /** What lies directly in a tree, or with `recursive` all that lies below it. */
  async tree(sha: string, recursive = false): Promise<readonly TreeEntry[]> {
    const depth = recursive ? ['-r', '-t'] : []
    const out = await this.text(['ls-tree', '-z', '--long', ...depth, sha])
    return out.split('\0').filter(Boolean).map(parseTreeEntry)
  }

  /** A tree like `base` (null: empty) with the changes made. */
  async writeTree(base: string | null, changes: readonly TreeChange[]): Promise<string> {
    this.#indexes += 1
    const index = join(this.path, `simulated-index-${this.#indexes}`)
    const environment = { GIT_INDEX_FILE: index }
    const lines = changes.map(({ path, mode, sha }) =>
      sha === null ? `0 ${'0'.repeat(40)}\t${path}` : `${mode} ${sha}\t${path}`,
    )
    try {
      await this.text(['read-tree', base ?? '--empty'], { environment })
      const input = lines.map((line) => `${line}\0`).join('')
      await this.text(['update-index', '-z', '--index-info'], { input, environment })
      return await this.text(['write-tree'], { environment })
    } finally {
      await rm(index, { force: true })
    }
  }

  async commit(sha: string): Promise<Commit> {
    const known = this.#commits.get(sha)
    if (known !== undefined) return known
    const { stdout } = await runGit(this.path, ['cat-file', 'commit', sha])
    const commit = parseCommit(sha, stdout.toString('utf8'))
    this.#commits.set(sha, commit)
    return commit
  }

  async writeCommit({ tree, parents, author, committer, message }: NewCommit): Promise<string> {
    const parentArgs = parents.flatMap((parent) => ['-p', parent])
    return await this.text(['commit-tree', tree, ...parentArgs, '-F', '-'], {
      input: message,
      environment: { ...identity('AUTHOR', author), ...identity('COMMITTER', committer) },
    })
  }
}

function identity(role: 'AUTHOR' | 'COMMITTER', { name, email, at }: Identity) {
  return {
    [`GIT_${role}_NAME`]: name,
    [`GIT_${role}_EMAIL`]: email,
    [`GIT_${role}_DATE`]: `${Math.floor(at / 1000)} +0000`,
  }
}

function parseTreeEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = '', size = ''] = line.slice(0, tab).split(/ +/)
  return {
    path: line.slice(tab + 1),
    mode,
    type: type === 'tree' || type === 'commit' ? type : 'blob',
    sha,
    size: type === 'blob' ? Number(size) : null,
  }
}

function parseCommit(sha: string, text: string): Commit {
  const end = text.indexOf('\n\n')
  const headers = text.slice(0, end).split('\n')
  const values = (key: string): readonly string[] =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  const [tree = '', author = '', committer = ''] = [
    ...values('tree').slice(0, 1),
    ...values('author').slice(0, 1),
    ...values('committer').slice(0, 1),
  ]
  return {
    ...{ sha, tree, parents: values('parent'), message: text.slice(end + 2) },
    ...{ author: parseIdentity(author), committer: parseIdentity(committer) },
  }
}

function parseIdentity(line: string): Identity {
  const [, name = '', email = '', at = '0'] = /^(.*?) ?<([^>]*)> (\d+)/.exec(line) ?? []
  return { name, email, at: Number(at) * 1000 }
}
