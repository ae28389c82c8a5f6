import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Actor, By } from '../state/actor.ts'
import type { NewRepository, Repository } from '../state/entities.ts'
import type { GitHubState } from '../state/github-state.ts'
import { noSha } from '../state/happened.ts'
import { BareRepository, pushLogName } from './bare-repository.ts'
import type { TreeChange } from './objects.ts'
import { readWorkflowFiles } from './workflow-files.ts'

export type FileContents = Readonly<Record<string, string | Buffer | null>>

export type CommitRequest = {
  /** Made at the base when it is not there. */
  readonly branch: string
  /** Commit or branch that a new branch starts from. Default: the default branch. */
  readonly from?: string
  /** By path; null removes the file. */
  readonly files: FileContents
  readonly message: string
  readonly author?: Actor
}

export type RefMove = {
  /** The whole name: `refs/heads/main`. */
  readonly ref: string
  /** Null: it is made, or goes. */
  readonly before: string | null
  readonly after: string | null
  /** Called once it moved, before anybody hears of it. */
  readonly moved?: () => void
}

type Held = { readonly git: BareRepository; readBytes: number; turn: Promise<void> }

const branchOf = (ref: string): string | null =>
  ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null

/** The git side of all repositories: whatever moves a ref goes through here, or is noticed here. */
export class GitHost {
  readonly #state: GitHubState
  readonly #directory: string
  readonly #held = new Map<Repository, Held>()

  constructor(state: GitHubState, directory: string) {
    this.#state = state
    this.#directory = directory
  }

  /** Makes the repository with a first commit on its default branch. */
  async create(wanted: Omit<NewRepository, 'path'>, files: FileContents = {}): Promise<Repository> {
    const path = join(this.#directory, wanted.owner.login, `${wanted.name}.git`)
    const repository = this.#state.repositories.create({ ...wanted, path })
    const git = await BareRepository.create(path, repository.defaultBranch)
    this.#held.set(repository, { git, readBytes: 0, turn: Promise.resolve() })
    const by = { actor: repository.owner, app: null, token: null }
    const first = { 'README.md': `# ${repository.name}\n`, ...files }
    const request = { branch: repository.defaultBranch, files: first, message: 'Initial commit' }
    await this.commitFiles(repository, request, by)
    return repository
  }

  of(repository: Repository): BareRepository {
    return this.#hold(repository).git
  }

  #hold(repository: Repository): Held {
    const held = this.#held.get(repository)
    if (held === undefined) throw new Error(`${repository.fullName} has no git repository here.`)
    return held
  }

  /**
   * Moves a ref and lets everything follow that hangs on it: pull requests, workflows, listeners.
   * False, and nothing moved, when the ref is not where `before` says.
   */
  async moveRef(repository: Repository, move: RefMove, by: By): Promise<boolean> {
    const isMoved = await this.of(repository).setRef(move.ref, move.after, move.before)
    if (!isMoved) return false
    move.moved?.()
    await this.#follow(repository, move, by)
    return true
  }

  /** Commits files onto a branch, as Copilot, a workflow or the contents endpoint does. */
  async commitFiles(repository: Repository, request: CommitRequest, by: By): Promise<string> {
    const git = this.of(repository)
    return await git.exclusively(async () => {
      const before = await git.branch(request.branch)
      const start = before ?? (await git.resolve(request.from ?? repository.defaultBranch))
      const tree = start === null ? null : (await git.commit(start)).tree
      const changes = await writeBlobs(git, request.files)
      const author = identityOf(request.author ?? by.actor, this.#state.clock.now())
      const commit = await git.writeCommit({
        ...{ tree: await git.writeTree(tree, changes), parents: start === null ? [] : [start] },
        ...{ author, committer: author, message: request.message },
      })
      const ref = `refs/heads/${request.branch}`
      await this.moveRef(repository, { ref, before, after: commit }, by)
      return commit
    })
  }

  /** Takes note of what was pushed past the API since it was last asked, in order. */
  async absorb(repository: Repository): Promise<void> {
    const held = this.#hold(repository)
    const turn = held.turn.then(() => this.#readPushes(repository, held))
    // Whoever asked hears of a failure; the next one tries again.
    held.turn = turn.catch(() => undefined)
    await turn
  }

  async #readPushes(repository: Repository, held: Held): Promise<void> {
    const path = join(repository.path, pushLogName)
    const { size } = await stat(path)
    if (size <= held.readBytes) return
    const file = await open(path)
    try {
      const bytes = Buffer.alloc(size - held.readBytes)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, held.readBytes)
      // A line that is only half there is read the next time.
      const whole = bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1
      held.readBytes += whole
      const by = { actor: repository.owner, app: null, token: null }
      for (const line of bytes.subarray(0, whole).toString('utf8').split('\n')) {
        const [before = '', after = '', ref = ''] = line.split(' ')
        if (ref !== '') await this.#follow(repository, { ref, ...shas(before, after) }, by)
      }
    } finally {
      await file.close()
    }
  }

  async #follow(repository: Repository, move: RefMove, by: By): Promise<void> {
    const { ref, before, after } = move
    if (before === after) return
    const git = this.of(repository)
    const branch = branchOf(ref)
    if (branch === repository.defaultBranch && after !== null) {
      const files = await readWorkflowFiles(git, before, after)
      if (files !== null) this.#state.workflows.sync(repository, files)
    }
    const isForced = before !== null && after !== null && !(await git.isAncestor(before, after))
    const push = { ref, before: before ?? noSha, after: after ?? noSha, isForced }
    if (branch !== null) await this.#followPulls(repository, { branch, before, after }, by)
    this.#state.repositories.pushed(repository, push, by)
  }

  async #followPulls(
    repository: Repository,
    { branch, before, after }: Omit<RefMove, 'ref'> & { readonly branch: string },
    by: By,
  ): Promise<void> {
    const { pulls } = this.#state
    if (after === null) {
      pulls.headGone(repository, branch, by)
      return
    }
    const ref = `refs/heads/${branch}`
    pulls.follow(repository, { ref, before: before ?? noSha, after }, by)
    for (const { number, pull } of pulls.open(repository)) {
      if (pull.head.ref === branch) await this.keepPullHead(repository, number, after)
    }
    await this.#markMerged(repository, { branch, before, after }, by)
  }

  /** A pull request whose head came into its base by a push is merged, whoever did it. */
  async #markMerged(
    repository: Repository,
    { branch, before, after }: { branch: string; before: string | null; after: string },
    by: By,
  ): Promise<void> {
    const open = this.#state.pulls.open(repository).filter(({ pull }) => pull.base.ref === branch)
    if (open.length === 0 || before === null) return
    const arrived = new Set(await this.of(repository).commitsBetween(before, after))
    for (const issue of open) {
      if (arrived.has(issue.pull.head.sha)) this.#state.pulls.merged(issue, after, by)
    }
  }

  /** `refs/pull/N/head`: keeps the commits of a pull request whose branch goes. */
  async keepPullHead(repository: Repository, number: number, sha: string): Promise<void> {
    await this.of(repository).text(['update-ref', `refs/pull/${number}/head`, sha])
  }
}

export function identityOf(actor: Actor, at: number) {
  const login = actor.type === 'Bot' && !actor.login.endsWith('[bot]')
  const name = login ? `${actor.graphqlLogin}[bot]` : (actor.name ?? actor.login)
  return { name, email: actor.email, at }
}

async function writeBlobs(
  git: BareRepository,
  files: FileContents,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = []
  for (const [path, content] of Object.entries(files)) {
    const sha = content === null ? null : await git.writeBlob(Buffer.from(content))
    changes.push({ path, mode: '100644', sha })
  }
  return changes
}

function shas(before: string, after: string) {
  return { before: before === noSha ? null : before, after: after === noSha ? null : after }
}
