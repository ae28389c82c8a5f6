import type { Actor, By } from './actor.ts'
import type {
  AgentAssignment,
  Comment,
  Issue,
  Label,
  ReactionContent,
  Reactions,
  Repository,
  StateReason,
  TimelineEntry,
} from './entities.ts'
import type { EditedFrom } from './happened.ts'
import { Refusal, refuse } from './refusal.ts'
import type { StateCore } from './state-core.ts'

const mostAssignees = 10
const mostLabels = 100
/** GitHub's own limits, in characters. */
const longestTitle = 256
const longestBody = 65_536

export type NewIssue = {
  readonly title: string
  readonly body?: string | null
  readonly labels?: readonly Label[]
  readonly assignees?: readonly Actor[]
  readonly assignment?: AgentAssignment | null
}

export type IssueEdit = { readonly title?: string; readonly body?: string | null }

/** Issues, and what pull requests share with them: labels, assignees, comments, timeline. */
export class Issues {
  readonly #core: StateCore
  readonly #byId = new Map<number, Issue>()
  readonly #comments = new Map<number, Comment>()

  constructor(core: StateCore) {
    this.#core = core
  }

  /** An issue; with its labels and assignees it arrives as GitHub tells it: opened, then those. */
  create(repository: Repository, wanted: NewIssue, by: By): Issue {
    if (!repository.hasIssues) throw new Refusal(410, 'Issues are disabled for this repo')
    const issue = this.add(repository, wanted, by)
    this.#core.emit(repository, by, { kind: 'issue.opened', issue })
    this.dress(issue, wanted, by)
    return issue
  }

  /** For `Pulls`: takes a number and keeps it, emits nothing. */
  add(repository: Repository, { title, body }: NewIssue, by: By): Issue {
    checkText(title, body ?? null)
    const id = this.#core.nextId()
    const now = this.#core.now()
    repository.lastNumber += 1
    const issue: Issue = {
      ...{ id, nodeId: this.#core.nodeId('Issue', id), number: repository.lastNumber, repository },
      ...{ author: by.actor, app: by.app, createdAt: now, updatedAt: now },
      ...{ comments: [], timeline: [], reactions: new Map(), labels: [], assignees: [] },
      ...{ subIssues: [], blockedBy: [], blocking: [], pull: null, parent: null },
      ...{ title, body: body ?? null, state: 'open', stateReason: null, isLocked: false },
      ...{ closedAt: null, closedBy: null },
    }
    this.keep(issue)
    return issue
  }

  keep(issue: Issue): void {
    issue.repository.issues.set(issue.number, issue)
    this.#byId.set(issue.id, issue)
    this.#core.register(issue.nodeId, { type: 'Issue', value: issue })
  }

  dress(issue: Issue, wanted: NewIssue, by: By): void {
    for (const label of wanted.labels ?? []) this.addLabel(issue, label, by)
    for (const assignee of wanted.assignees ?? []) {
      this.assign(issue, assignee, { by, assignment: wanted.assignment ?? null })
    }
  }

  find(repository: Repository, number: number): Issue | undefined {
    return repository.issues.get(number)
  }

  /** By database id: what sub-issues and dependencies are named by. */
  byId(id: number): Issue | undefined {
    return this.#byId.get(id)
  }

  edit(issue: Issue, { title, body }: IssueEdit, by: By): void {
    checkText(title ?? issue.title, body ?? null)
    const from: { title?: string; body?: string | null } = {}
    if (title !== undefined && title !== issue.title) {
      from.title = issue.title
      issue.title = title
      this.note(issue, { event: 'renamed', from: from.title, to: title }, by)
    }
    if (body !== undefined && body !== issue.body) {
      from.body = issue.body
      issue.body = body
    }
    if (Object.keys(from).length > 0) this.edited(issue, from, by)
  }

  edited(issue: Issue, from: EditedFrom, by: By): void {
    issue.updatedAt = this.#core.now()
    const kind = issue.pull === null ? 'issue.edited' : 'pull.edited'
    this.#core.emit(issue.repository, by, { kind, issue, from })
  }

  close(issue: Issue, reason: StateReason | null, by: By): void {
    if (issue.state === 'closed') {
      issue.stateReason = issue.pull === null ? reason : null
      return
    }
    const stateReason = issue.pull === null ? (reason ?? 'completed') : null
    const now = this.#core.now()
    Object.assign(issue, { state: 'closed', stateReason, closedAt: now, closedBy: by.actor })
    const isMerged = issue.pull !== null && issue.pull.mergedAt !== null
    const commitId = issue.pull?.mergeCommitSha ?? null
    if (isMerged && commitId !== null) this.note(issue, { event: 'merged', commitId }, by)
    this.note(issue, { event: 'closed', stateReason, commitId: null }, by)
    const { repository } = issue
    if (issue.pull === null) this.#core.emit(repository, by, { kind: 'issue.closed', issue })
    else this.#core.emit(repository, by, { kind: 'pull.closed', issue, isMerged })
  }

  reopen(issue: Issue, by: By): void {
    if (issue.state === 'open') return
    if (issue.pull !== null && issue.pull.mergedAt !== null) {
      const message = 'state cannot be changed. The pull request cannot be reopened.'
      throw refuse.invalid({ resource: 'PullRequest', code: 'invalid', field: 'state', message })
    }
    const stateReason = issue.pull === null ? 'reopened' : null
    Object.assign(issue, { state: 'open', stateReason, closedAt: null, closedBy: null })
    this.note(issue, { event: 'reopened' }, by)
    const kind = issue.pull === null ? 'issue.reopened' : 'pull.reopened'
    this.#core.emit(issue.repository, by, { kind, issue })
  }

  addLabel(issue: Issue, label: Label, by: By): void {
    if (issue.labels.includes(label)) return
    if (issue.labels.length >= mostLabels) {
      const message = `an issue may have at most ${mostLabels} labels`
      throw refuse.invalid({ resource: 'Issue', code: 'custom', field: 'labels', message })
    }
    issue.labels.push(label)
    this.note(issue, { event: 'labeled', label }, by)
    this.#core.emit(issue.repository, by, { kind: 'issue.labeled', issue, label })
  }

  removeLabel(issue: Issue, label: Label, by: By): void {
    const at = issue.labels.indexOf(label)
    if (at < 0) return
    issue.labels.splice(at, 1)
    this.note(issue, { event: 'unlabeled', label }, by)
    this.#core.emit(issue.repository, by, { kind: 'issue.unlabeled', issue, label })
  }

  /** Whoever is one too many is left out, as GitHub does. */
  assign(
    issue: Issue,
    assignee: Actor,
    { by, assignment }: { readonly by: By; readonly assignment: AgentAssignment | null },
  ): void {
    if (issue.assignees.includes(assignee) || issue.assignees.length >= mostAssignees) return
    issue.assignees.push(assignee)
    this.note(issue, { event: 'assigned', assignee }, by)
    const { repository } = issue
    this.#core.emit(repository, by, { kind: 'issue.assigned', issue, assignee, assignment })
  }

  unassign(issue: Issue, assignee: Actor, by: By): void {
    const at = issue.assignees.indexOf(assignee)
    if (at < 0) return
    issue.assignees.splice(at, 1)
    this.note(issue, { event: 'unassigned', assignee }, by)
    this.#core.emit(issue.repository, by, { kind: 'issue.unassigned', issue, assignee })
  }

  comment(issue: Issue, body: string, by: By): Comment {
    if (issue.isLocked) throw new Refusal(403, 'Unable to create comment because issue is locked.')
    checkBody('IssueComment', body)
    const id = this.#core.nextId()
    const now = this.#core.now()
    const comment: Comment = {
      ...{ id, nodeId: this.#core.nodeId('Comment', id), issue, author: by.actor, app: by.app },
      ...{ body, reactions: new Map(), createdAt: now, updatedAt: now },
    }
    issue.comments.push(comment)
    this.#comments.set(id, comment)
    this.#core.register(comment.nodeId, { type: 'Comment', value: comment })
    issue.updatedAt = now
    this.#core.emit(issue.repository, by, { kind: 'comment.created', comment })
    return comment
  }

  commentById(id: number): Comment | undefined {
    return this.#comments.get(id)
  }

  editComment(comment: Comment, body: string, by: By): void {
    checkBody('IssueComment', body)
    const from = comment.body
    comment.body = body
    comment.updatedAt = this.#core.now()
    comment.issue.updatedAt = comment.updatedAt
    this.#core.emit(comment.issue.repository, by, { kind: 'comment.edited', comment, from })
  }

  deleteComment(comment: Comment, by: By): void {
    const { comments, repository } = comment.issue
    const at = comments.indexOf(comment)
    if (at < 0) return
    comments.splice(at, 1)
    this.#comments.delete(comment.id)
    this.#core.forget(comment.nodeId)
    this.#core.emit(repository, by, { kind: 'comment.deleted', comment })
  }

  /** Reactions have neither webhook nor timeline event. */
  react(on: { readonly reactions: Reactions }, content: ReactionContent, actor: Actor): void {
    const actors = on.reactions.get(content) ?? new Set()
    on.reactions.set(content, actors.add(actor))
  }

  /** Adds to the timeline; for the other parts of the state and for Copilot's own events. */
  note(issue: Issue, entry: TimelineEntry, by: By): void {
    const id = this.#core.nextId()
    const createdAt = this.#core.now()
    const nodeId = this.#core.nodeId('TimelineEvent', id)
    issue.timeline.push({ ...entry, id, nodeId, actor: by.actor, app: by.app, createdAt })
    issue.updatedAt = createdAt
  }
}

function checkText(title: string, body: string | null): void {
  if (title.trim() === '') {
    throw refuse.invalid({ resource: 'Issue', code: 'missing_field', field: 'title' })
  }
  if (title.length > longestTitle) {
    const message = `title is too long (maximum is ${longestTitle} characters)`
    throw refuse.invalid({ resource: 'Issue', code: 'custom', field: 'title', message })
  }
  if (body !== null && body.length > longestBody) {
    const message = `body is too long (maximum is ${longestBody} characters)`
    throw refuse.invalid({ resource: 'Issue', code: 'custom', field: 'body', message })
  }
}

function checkBody(resource: string, body: string): void {
  if (body.trim() === '') {
    throw refuse.invalid({ resource, code: 'missing_field', field: 'body' })
  }
  if (body.length > longestBody) {
    const message = `body is too long (maximum is ${longestBody} characters)`
    throw refuse.invalid({ resource, code: 'custom', field: 'body', message })
  }
}
