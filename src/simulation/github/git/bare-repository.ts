import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitObjects } from './objects.ts'
import { GitFailure, runGit } from './run-git.ts'

export type Ref = {
  /** The whole name: `refs/heads/main`. */
  readonly name: string
  readonly sha: string
  readonly type: 'commit' | 'tag'
}

export type ChangedFile = {
  readonly path: string
  readonly previousPath: string | null
  readonly status: 'added' | 'removed' | 'modified' | 'renamed'
  readonly blob: string
  /** Null for binary files. */
  readonly patch: string | null
  readonly additions: number
  readonly deletions: number
}

export type MergedTree =
  | { readonly isClean: true; readonly tree: string }
  | { readonly isClean: false; readonly conflicts: readonly string[] }

/** The file to which a push that came past the API is written, a line `old new ref` for each ref. */
export const pushLogName = 'simulated-pushes'
// Any push runs it, whoever made it and over whichever path; appending a few lines is atomic.
const postReceive = `#!/bin/sh\nexec cat >> ${pushLogName}\n`

const mostRemembered = 10_000

/** A real bare git repository: refs, comparisons, merges. */
export class BareRepository extends GitObjects {
  #turn: Promise<unknown> = Promise.resolve()
  readonly #remembered = new Map<string, Promise<unknown>>()

  static async create(path: string, defaultBranch: string): Promise<BareRepository> {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const repository = new BareRepository(path)
    await runGit(path, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`])
    // Many small objects come through the API; packing them while it is used only costs time.
    for (const setting of ['gc.auto=0', 'core.fsync=none', 'receive.denyDeletes=false']) {
      const [key = '', value = ''] = setting.split('=')
      await runGit(path, ['config', key, value])
    }
    await mkdir(join(path, 'hooks'), { recursive: true })
    await writeFile(join(path, 'hooks', 'post-receive'), postReceive, { mode: 0o755 })
    await writeFile(join(path, pushLogName), '')
    return repository
  }

  /** Runs `work` when all that was handed in before has ended: for what reads refs and writes them. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return await turn
  }

  /** What follows from commits alone never changes; the oldest are forgotten. */
  async remember<T>(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#remembered.get(key) as Promise<T> | undefined
    if (known !== undefined) return await known
    const found = find()
    this.#remembered.set(key, found)
    const oldest = this.#remembered.size > mostRemembered ? this.#remembered.keys().next() : null
    if (oldest?.value !== undefined) this.#remembered.delete(oldest.value)
    found.catch(() => this.#remembered.delete(key))
    return await found
  }

  async refs(prefix = 'refs/'): Promise<readonly Ref[]> {
    const format = '%(refname) %(objectname) %(objecttype)'
    const out = await this.text(['for-each-ref', `--format=${format}`, prefix])
    return out
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [name = '', sha = '', type] = line.split(' ')
        return { name, sha, type: type === 'tag' ? 'tag' : 'commit' }
      })
  }

  /** The commit of a ref by its whole name; null when there is none. */
  async ref(name: string): Promise<string | null> {
    const args = ['show-ref', '--verify', '--hash', '--', name]
    const { exitCode, stdout } = await runGit(this.path, args, { answers: [0, 1, 128] })
    return exitCode === 0 ? stdout.toString('utf8').trim() : null
  }

  async branch(name: string): Promise<string | null> {
    return await this.ref(`refs/heads/${name}`)
  }

  async isValidRef(name: string): Promise<boolean> {
    const { exitCode } = await runGit(this.path, ['check-ref-format', name], {
      answers: [0, 1, 128],
    })
    return exitCode === 0
  }

  /** Writes it if it still is `from` (null: is not there); false when it is not. */
  async setRef(name: string, to: string | null, from: string | null): Promise<boolean> {
    const old = from ?? '0'.repeat(40)
    const args = to === null ? ['-d', name, old] : [name, to, old]
    try {
      await this.text(['update-ref', ...args])
      return true
    } catch (error) {
      if (error instanceof GitFailure && (await this.ref(name)) !== from) return false
      throw error
    }
  }

  async isAncestor(ancestor: string, of: string): Promise<boolean> {
    const args = ['merge-base', '--is-ancestor', ancestor, of]
    return (await runGit(this.path, args, { answers: [0, 1] })).exitCode === 0
  }

  /** Null: unrelated histories. */
  async mergeBase(one: string, other: string): Promise<string | null> {
    return await this.remember(`merge-base ${one} ${other}`, async () => {
      const args = ['merge-base', one, other]
      const { exitCode, stdout } = await runGit(this.path, args, { answers: [0, 1] })
      return exitCode === 0 ? stdout.toString('utf8').trim() : null
    })
  }

  /** Commits that `head` has and `base` has not, oldest first; without a base, all of them. */
  async commitsBetween(base: string | null, head: string): Promise<readonly string[]> {
    const range = base === null ? [head] : [head, `^${base}`]
    return await this.remember(`between ${range.join(' ')}`, async () => {
      const out = await this.text(['rev-list', '--reverse', '--topo-order', ...range, '--'])
      return out.split('\n').filter(Boolean)
    })
  }

  /** Newest first. */
  async log(from: string, most: number): Promise<readonly string[]> {
    const out = await this.text(['rev-list', `--max-count=${most}`, from, '--'])
    return out.split('\n').filter(Boolean)
  }

  /** What lies at a path of a commit's tree. */
  async entryAt(commit: string, path: string): Promise<string | null> {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:${path}`]
    const { exitCode, stdout } = await runGit(this.path, args, { answers: [0, 1, 128] })
    return exitCode === 0 ? stdout.toString('utf8').trim() : null
  }

  /** Of one file on a branch or commit; null when it is not there. */
  async readFile(from: string, path: string): Promise<Buffer | null> {
    const sha = await this.entryAt(from, path)
    if (sha === null || (await this.text(['cat-file', '-t', sha])) !== 'blob') return null
    return await this.blob(sha)
  }

  /** What merging both gives, as git itself says: nothing is checked out, no ref moves. */
  async mergeTree(ours: string, theirs: string): Promise<MergedTree> {
    const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs]
    const { exitCode, stdout } = await runGit(this.path, args, { answers: [0, 1] })
    const [tree = '', ...rest] = stdout.toString('utf8').split('\0')
    if (exitCode === 0) return { isClean: true, tree: tree.trim() }
    const end = rest.indexOf('')
    return { isClean: false, conflicts: [...new Set(end < 0 ? rest : rest.slice(0, end))] }
  }
}
