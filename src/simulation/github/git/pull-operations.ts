import type { Actor, By } from '../state/actor.ts'
import type { MergeMethod, Repository } from '../state/entities.ts'
import type { GitHubState } from '../state/github-state.ts'
import type { PullIssue } from '../state/pulls.ts'
import { Refusal, refuse } from '../state/refusal.ts'
import { type GitHost, identityOf } from './git-host.ts'
import { rebaseOnto } from './rebase.ts'

export type Mergeability = 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN'
export type MergeState = 'CLEAN' | 'BLOCKED' | 'DIRTY' | 'UNSTABLE' | 'UNKNOWN' | 'DRAFT'
export type ReviewDecision = 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED' | null

export type PullRequest = {
  readonly title: string
  readonly body?: string | null
  /** A branch, `owner:` in front of it allowed. */
  readonly head: string
  readonly base: string
  readonly isDraft?: boolean
  readonly requestedBy?: Actor | null
}

export type MergeRequest = {
  readonly method: MergeMethod
  /** The head that was looked at; another one refuses the merge. */
  readonly expectedSha?: string | undefined
  readonly title?: string | undefined
  readonly message?: string | undefined
}

const invalidField = (field: string): Refusal =>
  refuse.invalid({ resource: 'PullRequest', field, code: 'invalid' })

/** What of pull requests needs git and the state at once. REST and GraphQL both end here. */
export class PullOperations {
  readonly #state: GitHubState
  readonly #git: GitHost
  readonly #known = new Map<string, 'MERGEABLE' | 'CONFLICTING'>()

  constructor(state: GitHubState, git: GitHost) {
    this.#state = state
    this.#git = git
  }

  async open(repository: Repository, wanted: PullRequest, by: By): Promise<PullIssue> {
    const git = this.#git.of(repository)
    const headRef = wanted.head.replace(`${repository.owner.login}:`, '')
    const [head, base] = await Promise.all([git.branch(headRef), git.branch(wanted.base)])
    if (head === null) throw invalidField('head')
    if (base === null) throw invalidField('base')
    if ((await git.commitsBetween(base, head)).length === 0) {
      const message = `No commits between ${wanted.base} and ${headRef}`
      throw refuse.invalid({ resource: 'PullRequest', code: 'custom', message })
    }
    const refs = { head: { ref: headRef, sha: head }, base: { ref: wanted.base, sha: base } }
    const issue = this.#state.pulls.create(repository, { ...wanted, ...refs }, by)
    await this.#git.keepPullHead(repository, issue.number, head)
    return issue
  }

  /** Reckons it by git where it is not known yet. */
  async mergeability(issue: PullIssue): Promise<'MERGEABLE' | 'CONFLICTING'> {
    const { head, base } = issue.pull
    const key = `${issue.repository.id} ${base.sha} ${head.sha}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const merged = await this.#git.of(issue.repository).mergeTree(base.sha, head.sha)
    const found = merged.isClean ? 'MERGEABLE' : 'CONFLICTING'
    this.#known.set(key, found)
    return found
  }

  /** What is known without asking git; UNKNOWN: ask for `mergeability` and come again. */
  knownMergeability({ repository, pull: { head, base } }: PullIssue): Mergeability {
    return this.#known.get(`${repository.id} ${base.sha} ${head.sha}`) ?? 'UNKNOWN'
  }

  mergeState(issue: PullIssue, mergeability: Mergeability): MergeState {
    if (mergeability === 'UNKNOWN') return 'UNKNOWN'
    if (mergeability === 'CONFLICTING') return 'DIRTY'
    if (issue.pull.isDraft) return 'DRAFT'
    if (this.#blocked(issue) !== null) return 'BLOCKED'
    const rollup = this.#state.checks.rollup(issue.repository, issue.pull.head.sha)
    return rollup === null || rollup === 'SUCCESS' ? 'CLEAN' : 'UNSTABLE'
  }

  /** By the latest verdict of each reviewer with write access who had no hand in it. */
  reviewDecision({ repository, author, pull }: PullIssue): ReviewDecision {
    const verdicts = new Map<Actor, string>()
    for (const review of pull.reviews) {
      if (review.state === 'APPROVED' || review.state === 'CHANGES_REQUESTED') {
        verdicts.set(review.author, review.state)
      }
      if (review.state === 'DISMISSED') verdicts.delete(review.author)
    }
    const counted = [...verdicts].filter(([reviewer]) =>
      this.#state.actors.may(reviewer, repository, 'write'),
    )
    if (counted.some(([, verdict]) => verdict === 'CHANGES_REQUESTED')) return 'CHANGES_REQUESTED'
    const approvals = counted.filter(
      ([reviewer, verdict]) =>
        verdict === 'APPROVED' && reviewer !== author && reviewer !== pull.requestedBy,
    ).length
    if (repository.requiredApprovals === 0) return approvals > 0 ? 'APPROVED' : null
    return approvals >= repository.requiredApprovals ? 'APPROVED' : 'REVIEW_REQUIRED'
  }

  /** Merges on the real repository; resolves with the commit that the base then has. */
  async merge(issue: PullIssue, request: MergeRequest, by: By): Promise<string> {
    const git = this.#git.of(issue.repository)
    return await git.exclusively(async () => {
      await this.#checkMerge(issue, request)
      const { head, base } = issue.pull
      const commit = await this.#mergedCommit(issue, request, by)
      const ref = `refs/heads/${base.ref}`
      const moved = () => this.#state.pulls.merged(issue, commit, by)
      const move = { ref, before: base.sha, after: commit, moved }
      if (!(await this.#git.moveRef(issue.repository, move, by))) throw baseMoved()
      if (issue.repository.deleteBranchOnMerge) {
        const headRef = `refs/heads/${head.ref}`
        const move = { ref: headRef, before: head.sha, after: null }
        await this.#git.moveRef(issue.repository, move, by)
      }
      return commit
    })
  }

  async #checkMerge(issue: PullIssue, { expectedSha }: MergeRequest): Promise<void> {
    const { pull, state } = issue
    if (state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable')
    if (expectedSha !== undefined && expectedSha !== pull.head.sha) {
      throw new Refusal(409, 'Head branch was modified. Review and try the merge again.')
    }
    if (pull.isDraft) throw new Refusal(405, 'Pull Request is still a draft')
    if ((await this.mergeability(issue)) === 'CONFLICTING') {
      throw new Refusal(405, 'Pull Request is not mergeable')
    }
    const blocked = this.#blocked(issue)
    if (blocked !== null) throw new Refusal(405, blocked)
  }

  #blocked(issue: PullIssue): string | null {
    const { repository, pull } = issue
    if (pull.base.ref !== repository.defaultBranch) return null
    if (!this.#state.checks.requiredPass(repository, pull.head.sha)) {
      return `Required status checks are expected: ${repository.requiredChecks.join(', ')}.`
    }
    const decision = this.reviewDecision(issue)
    if (repository.requiredApprovals === 0 || decision === 'APPROVED') return null
    const count = repository.requiredApprovals
    return `At least ${count} approving review${count === 1 ? ' is' : 's are'} required by reviewers with write access.`
  }

  async #mergedCommit(issue: PullIssue, request: MergeRequest, by: By): Promise<string> {
    const git = this.#git.of(issue.repository)
    const { head, base } = issue.pull
    const committer = identityOf(by.actor, this.#state.clock.now())
    if (request.method === 'rebase')
      return await rebaseOnto(git, { base: base.sha, head: head.sha }, committer)
    const merged = await git.mergeTree(base.sha, head.sha)
    if (!merged.isClean) throw new Refusal(405, 'Pull Request is not mergeable')
    const isSquash = request.method === 'squash'
    const title = isSquash
      ? `${issue.title} (#${issue.number})`
      : `Merge pull request #${issue.number} from ${issue.repository.owner.login}/${head.ref}`
    const body = isSquash ? (issue.body ?? '') : issue.title
    const message = [request.title ?? title, request.message ?? body].join('\n\n').trimEnd()
    const author = isSquash ? identityOf(issue.author, committer.at) : committer
    const parents = isSquash ? [base.sha] : [base.sha, head.sha]
    return await git.writeCommit({ tree: merged.tree, parents, author, committer, message })
  }

  /** Merges the base into the head branch. 422 where it has conflicts or the head is another. */
  async updateBranch(issue: PullIssue, expectedSha: string | undefined, by: By): Promise<string> {
    const git = this.#git.of(issue.repository)
    return await git.exclusively(async () => {
      const { head, base } = issue.pull
      if (issue.state === 'closed') throw new Refusal(422, 'Pull request is closed')
      if (expectedSha !== undefined && expectedSha !== head.sha) {
        throw new Refusal(422, 'expected head sha didn’t match current head ref.')
      }
      if (await git.isAncestor(base.sha, head.sha)) {
        throw new Refusal(422, 'There are no new commits on the base branch.')
      }
      const merged = await git.mergeTree(head.sha, base.sha)
      if (!merged.isClean) throw new Refusal(422, 'merge conflict between base and head')
      const author = identityOf(by.actor, this.#state.clock.now())
      const after = await git.writeCommit({
        ...{ tree: merged.tree, parents: [head.sha, base.sha], author, committer: author },
        message: `Merge branch '${base.ref}' into ${head.ref}`,
      })
      const ref = `refs/heads/${head.ref}`
      const move = { ref, before: head.sha, after }
      if (!(await this.#git.moveRef(issue.repository, move, by))) throw baseMoved()
      return after
    })
  }
}

const baseMoved = (): Refusal =>
  new Refusal(409, 'Base branch was modified. Review and try the merge again.')
