import type { By } from './actor.ts'
import type { Issue } from './entities.ts'
import type { Issues } from './issues.ts'
import { Refusal } from './refusal.ts'
import type { StateCore } from './state-core.ts'

export const mostSubIssues = 100
const deepestNesting = 8
const mostDependencies = 50

const invalid = (message: string): Refusal => new Refusal(422, message)

/** Sub-issues and dependencies, with GitHub's limits. */
export class Links {
  readonly #core: StateCore
  readonly #issues: Issues

  constructor(core: StateCore, issues: Issues) {
    this.#core = core
    this.#issues = issues
  }

  addSubIssue(
    parent: Issue,
    subIssue: Issue,
    { replaceParent = false, by }: { readonly replaceParent?: boolean; readonly by: By },
  ): void {
    this.#checkSubIssue(parent, subIssue, replaceParent)
    if (subIssue.parent !== null) this.removeSubIssue(subIssue.parent, subIssue, by)
    parent.subIssues.push(subIssue)
    subIssue.parent = parent
    this.#issues.note(parent, { event: 'sub_issue_added', subIssue }, by)
    this.#issues.note(subIssue, { event: 'parent_issue_added', parent }, by)
    this.#core.emit(parent.repository, by, { kind: 'sub_issue.added', parent, subIssue })
  }

  #checkSubIssue(parent: Issue, subIssue: Issue, replaceParent: boolean): void {
    if (parent.pull !== null || subIssue.pull !== null) {
      throw invalid('Pull requests cannot be sub-issues')
    }
    if (parent.repository.owner !== subIssue.repository.owner) {
      throw invalid('Sub-issue must belong to the same owner as its parent')
    }
    if (subIssue.parent === parent) throw invalid('Issue may not contain duplicate sub-issues')
    if (subIssue.parent !== null && !replaceParent) {
      throw invalid('Sub issue may only have one parent')
    }
    if (ancestors(parent).includes(subIssue)) throw invalid('Sub-issue may not be an ancestor')
    if (parent.subIssues.length >= mostSubIssues) {
      throw invalid('Parent cannot have more than 100 sub-issues')
    }
    // The root itself is no level: eight levels of sub-issues below it.
    if (ancestors(parent).length - 1 + height(subIssue) > deepestNesting) {
      throw invalid('Sub-issues cannot be nested more than 8 levels deep')
    }
  }

  removeSubIssue(parent: Issue, subIssue: Issue, by: By): void {
    const at = parent.subIssues.indexOf(subIssue)
    if (at < 0) throw new Refusal(404, 'Not Found')
    parent.subIssues.splice(at, 1)
    subIssue.parent = null
    this.#issues.note(parent, { event: 'sub_issue_removed', subIssue }, by)
    this.#issues.note(subIssue, { event: 'parent_issue_removed', parent }, by)
    this.#core.emit(parent.repository, by, { kind: 'sub_issue.removed', parent, subIssue })
  }

  /** Moves it behind (or before) another one; null: to the front. */
  reprioritize(
    parent: Issue,
    subIssue: Issue,
    place: { readonly after: Issue } | { readonly before: Issue },
  ): void {
    const anchor = 'after' in place ? place.after : place.before
    if (subIssue.parent !== parent || anchor.parent !== parent || anchor === subIssue) {
      throw invalid('Sub-issues must belong to the parent')
    }
    const order = parent.subIssues
    order.splice(order.indexOf(subIssue), 1)
    order.splice(order.indexOf(anchor) + ('after' in place ? 1 : 0), 0, subIssue)
  }

  addBlockedBy(blocked: Issue, blocker: Issue, by: By): void {
    if (blocked === blocker) throw invalid('An issue cannot block itself')
    if (blocked.blockedBy.includes(blocker)) throw invalid('Dependency already exists')
    if (blocked.blockedBy.length >= mostDependencies) {
      throw invalid('Issue cannot be blocked by more than 50 issues')
    }
    if (blocker.blocking.length >= mostDependencies) {
      throw invalid('Issue cannot block more than 50 issues')
    }
    blocked.blockedBy.push(blocker)
    blocker.blocking.push(blocked)
    this.#issues.note(blocked, { event: 'blocked_by_added', blocker }, by)
    this.#issues.note(blocker, { event: 'blocking_added', blocked }, by)
    this.#core.emit(blocked.repository, by, { kind: 'blocked_by.added', blocked, blocker })
  }

  removeBlockedBy(blocked: Issue, blocker: Issue, by: By): void {
    const at = blocked.blockedBy.indexOf(blocker)
    if (at < 0) throw new Refusal(404, 'Not Found')
    blocked.blockedBy.splice(at, 1)
    blocker.blocking.splice(blocker.blocking.indexOf(blocked), 1)
    this.#issues.note(blocked, { event: 'blocked_by_removed', blocker }, by)
    this.#issues.note(blocker, { event: 'blocking_removed', blocked }, by)
    this.#core.emit(blocked.repository, by, { kind: 'blocked_by.removed', blocked, blocker })
  }
}

/** The issue itself first. */
function ancestors(issue: Issue): readonly Issue[] {
  const chain: Issue[] = []
  for (let at: Issue | null = issue; at !== null; at = at.parent) chain.push(at)
  return chain
}

/** Levels from the issue downwards, itself included. */
function height(issue: Issue): number {
  return 1 + Math.max(0, ...issue.subIssues.map(height))
}
