import type { Actor, By } from './actor.ts'
import type { Issue, Pull, Repository, Review, ReviewComment, ReviewState } from './entities.ts'
import type { Issues } from './issues.ts'
import { refuse } from './refusal.ts'
import type { Push } from './repositories.ts'
import type { StateCore } from './state-core.ts'

/** An issue whose pull side is there. */
export type PullIssue = Issue & { pull: Pull }

export type NewPull = {
  readonly title: string
  readonly body?: string | null
  readonly head: { readonly ref: string; readonly sha: string }
  readonly base: { readonly ref: string; readonly sha: string }
  readonly isDraft?: boolean
  readonly requestedBy?: Actor | null
}

export type NewReview = {
  readonly state: ReviewState
  readonly body: string
  readonly commitId: string
  readonly comments?: readonly NewReviewComment[]
}
export type NewReviewComment = Pick<ReviewComment, 'body' | 'path' | 'line' | 'diffHunk'>

/** Pull requests: what of them git does not know. Merging itself is the part of `git/`. */
export class Pulls {
  readonly #core: StateCore
  readonly #issues: Issues
  readonly #byId = new Map<number, PullIssue>()

  constructor(core: StateCore, issues: Issues) {
    this.#core = core
    this.#issues = issues
  }

  create(repository: Repository, wanted: NewPull, by: By): PullIssue {
    this.#checkFree(repository, wanted)
    const issue = this.#issues.add(repository, wanted, by)
    const id = this.#core.nextId()
    const pull: Pull = {
      ...{ id, issue, head: { ...wanted.head }, base: { ...wanted.base } },
      ...{ isDraft: wanted.isDraft ?? false, requestedBy: wanted.requestedBy ?? null },
      ...{ mergedAt: null, mergedBy: null },
      ...{ mergeCommitSha: null, reviews: [], reviewComments: [], requestedReviewers: [] },
      ...{ autoMerge: null, isQueued: false },
    }
    const created = this.#withPull(issue, pull)
    this.#byId.set(id, created)
    this.#crossReference(created, by)
    this.#core.emit(repository, by, { kind: 'pull.opened', issue: created })
    return created
  }

  /** The same object under a node id of a pull request: the number and the id stay. */
  #withPull(issue: Issue, pull: Pull): PullIssue {
    this.#core.forget(issue.nodeId)
    const nodeId = this.#core.nodeId('PullRequest', pull.id)
    const created = Object.assign(issue, { pull, nodeId })
    this.#core.register(nodeId, { type: 'Issue', value: created })
    return created
  }

  #checkFree(repository: Repository, { head, base }: NewPull): void {
    const same = this.open(repository).some(
      ({ pull }) => pull.head.ref === head.ref && pull.base.ref === base.ref,
    )
    if (same) {
      const message = `A pull request already exists for ${repository.owner.login}:${head.ref}.`
      throw refuse.invalid({ resource: 'PullRequest', code: 'custom', message })
    }
  }

  find(repository: Repository, number: number): PullIssue | undefined {
    const issue = repository.issues.get(number)
    return issue !== undefined && isPull(issue) ? issue : undefined
  }

  byId(id: number): PullIssue | undefined {
    return this.#byId.get(id)
  }

  open(repository: Repository): readonly PullIssue[] {
    return this.all(repository).filter(({ state }) => state === 'open')
  }

  all(repository: Repository): readonly PullIssue[] {
    return [...repository.issues.values()].filter(isPull)
  }

  /** After a push: open pull requests from the branch get the new head, those to it the new base. */
  follow(repository: Repository, { ref, before, after }: Omit<Push, 'isForced'>, by: By): void {
    const branch = ref.replace(/^refs\/heads\//, '')
    for (const issue of this.open(repository)) {
      const { head, base } = issue.pull
      if (base.ref === branch) base.sha = after
      if (head.ref !== branch || head.sha === after) continue
      head.sha = after
      issue.updatedAt = this.#core.now()
      this.#core.emit(repository, by, { kind: 'pull.synchronize', issue, before, after })
    }
  }

  /** A push took the head branch away: GitHub closes what was open from it. */
  headGone(repository: Repository, branch: string, by: By): void {
    for (const issue of this.all(repository)) {
      if (issue.pull.head.ref !== branch) continue
      if (issue.state === 'open' || issue.pull.mergedAt !== null) {
        this.#issues.note(issue, { event: 'head_ref_deleted' }, by)
      }
      this.#issues.close(issue, null, by)
    }
  }

  markReady(issue: PullIssue, by: By): void {
    if (!issue.pull.isDraft) return
    issue.pull.isDraft = false
    this.#issues.note(issue, { event: 'ready_for_review' }, by)
    this.#core.emit(issue.repository, by, { kind: 'pull.ready_for_review', issue })
  }

  markDraft(issue: PullIssue, by: By): void {
    if (issue.pull.isDraft) return
    issue.pull.isDraft = true
    this.#issues.note(issue, { event: 'convert_to_draft' }, by)
    this.#core.emit(issue.repository, by, { kind: 'pull.converted_to_draft', issue })
  }

  changeBase(issue: PullIssue, base: { readonly ref: string; readonly sha: string }, by: By): void {
    const from = issue.pull.base.ref
    if (from === base.ref) return
    issue.pull.base = { ...base }
    this.#issues.note(issue, { event: 'base_ref_changed' }, by)
    this.#issues.edited(issue, { base: from }, by)
  }

  /** After the merge commit is on the base branch: closes it and the issues it closes. */
  merged(issue: PullIssue, commitSha: string, by: By): void {
    const { pull, repository } = issue
    const [mergedAt, mergedBy] = [this.#core.now(), by.actor]
    Object.assign(pull, { mergedAt, mergedBy, mergeCommitSha: commitSha, autoMerge: null })
    this.#issues.close(issue, null, by)
    if (pull.base.ref !== repository.defaultBranch) return
    for (const closed of this.closes(issue)) {
      if (closed.pull === null) this.#issues.close(closed, 'completed', by)
    }
  }

  /** The open or closed issues that its description says it closes. */
  closes(issue: PullIssue): readonly Issue[] {
    return closingReferences(issue)
  }

  review(issue: PullIssue, wanted: NewReview, by: By): Review {
    const id = this.#core.nextId()
    const now = this.#core.now()
    const { state, body, commitId } = wanted
    const review: Review = {
      ...{ id, nodeId: this.#core.nodeId('Review', id), issue, author: by.actor },
      ...{ commitId, body, state, submittedAt: now },
    }
    issue.pull.reviews.push(review)
    issue.updatedAt = now
    this.#core.register(review.nodeId, { type: 'Review', value: review })
    this.#dropRequest(issue, by.actor)
    if (state !== 'PENDING') {
      this.#core.emit(issue.repository, by, { kind: 'review.submitted', review })
    }
    for (const comment of wanted.comments ?? []) this.#reviewComment(review, comment, by)
    return review
  }

  reviewById(issue: PullIssue, id: number): Review | undefined {
    return issue.pull.reviews.find((review) => review.id === id)
  }

  #reviewComment(review: Review, comment: NewReviewComment, by: By): void {
    const { issue, commitId } = review
    const id = this.#core.nextId()
    const now = this.#core.now()
    const created: ReviewComment = {
      ...{ id, nodeId: this.#core.nodeId('ReviewComment', id), issue, review, author: by.actor },
      ...{ ...comment, commitId, createdAt: now, updatedAt: now },
    }
    issue.pull?.reviewComments.push(created)
    this.#core.register(created.nodeId, { type: 'ReviewComment', value: created })
    const kind = 'review_comment.created'
    this.#core.emit(issue.repository, by, { kind, comment: created })
  }

  requestReview(issue: PullIssue, reviewer: Actor, by: By): void {
    if (issue.pull.requestedReviewers.includes(reviewer)) return
    issue.pull.requestedReviewers.push(reviewer)
    this.#issues.note(issue, { event: 'review_requested', reviewer }, by)
    this.#core.emit(issue.repository, by, { kind: 'pull.review_requested', issue, reviewer })
  }

  removeReviewRequest(issue: PullIssue, reviewer: Actor, by: By): void {
    if (!this.#dropRequest(issue, reviewer)) return
    this.#issues.note(issue, { event: 'review_request_removed', reviewer }, by)
    const kind = 'pull.review_request_removed'
    this.#core.emit(issue.repository, by, { kind, issue, reviewer })
  }

  #dropRequest(issue: PullIssue, reviewer: Actor): boolean {
    const at = issue.pull.requestedReviewers.indexOf(reviewer)
    if (at >= 0) issue.pull.requestedReviewers.splice(at, 1)
    return at >= 0
  }

  #crossReference(issue: PullIssue, by: By): void {
    for (const target of this.closes(issue)) {
      this.#issues.note(target, { event: 'cross-referenced', source: issue }, by)
    }
  }
}

export function isPull(issue: Issue): issue is PullIssue {
  return issue.pull !== null
}

const closingWords =
  /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)/gi

/** Within the same repository: a reference to another one closes nothing here. */
function closingReferences(issue: PullIssue): readonly Issue[] {
  const { repository, body } = issue
  const found = [...(body ?? '').matchAll(closingWords)].flatMap(([, name, number]) => {
    const isHere = name === undefined || name.toLowerCase() === repository.fullName.toLowerCase()
    const target = isHere ? repository.issues.get(Number(number)) : undefined
    return target === undefined || target === issue ? [] : [target]
  })
  return [...new Set(found)]
}
