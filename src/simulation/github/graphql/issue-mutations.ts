import { access } from '../rest/route.ts'
import { mayAssignCopilot } from '../rest/routes/people.ts'
import type { Actor } from '../state/actor.ts'
import type { AgentAssignment, Issue, Repository } from '../state/entities.ts'
import { mostSubIssues } from '../state/links.ts'
import {
  demand,
  findActor,
  findComment,
  findIssue,
  findIssueOrPull,
  findLabel,
  findRepository,
} from './find-node.ts'
import type { GraphqlContext } from './graphql-context.ts'
import { GraphqlFailure } from './graphql-failure.ts'
import { commentView, issueOrPullView } from './shared-fields.ts'

type Assigning = {
  readonly agentAssignment?: {
    readonly baseRef?: string | null
    readonly customAgent?: string | null
    readonly customInstructions?: string | null
    readonly model?: string | null
    readonly targetRepositoryId?: string | null
  } | null
}
type NewIssue = Assigning & {
  readonly repositoryId: string
  readonly title: string
  readonly body?: string | null
  readonly assigneeIds?: readonly string[] | null
  readonly labelIds?: readonly string[] | null
  readonly parentIssueId?: string | null
}
type IssueUpdate = Assigning & {
  readonly id: string
  readonly title?: string | null
  readonly body?: string | null
  readonly state?: 'OPEN' | 'CLOSED' | null
  readonly assigneeIds?: readonly string[] | null
  readonly labelIds?: readonly string[] | null
}
type ActorsWish = Assigning & {
  readonly assignableId: string
  readonly actorIds?: readonly string[] | null
  readonly actorLogins?: readonly string[] | null
}
type AssigneesWish = Assigning & {
  readonly assignableId: string
  readonly assigneeIds: readonly string[]
}
type LabelsWish = { readonly labelableId: string; readonly labelIds: readonly string[] }

/** Creates, and links to the parent in the same step: half the writes of doing it by REST. */
export function createIssue(context: GraphqlContext, input: NewIssue) {
  const { state, by } = context
  const repository = findRepository(context, input.repositoryId)
  demand(context, repository, access.issuesWrite)
  const parent = input.parentIssueId == null ? null : findIssue(context, input.parentIssueId)
  const labels = (input.labelIds ?? []).map((id) => findLabel(context, id))
  const assignees = assignable(context, repository, input.assigneeIds ?? [])
  const created = { title: input.title, body: input.body ?? null, labels, assignees }
  if (parent !== null && parent.subIssues.length >= mostSubIssues) {
    throw new GraphqlFailure('UNPROCESSABLE', 'Parent cannot have more than 100 sub-issues')
  }
  const assignment = assignmentOf(context, input)
  const issue = state.issues.create(repository, { ...created, assignment }, by)
  if (parent !== null) state.links.addSubIssue(parent, issue, { by })
  return { issue: context.views.issue(context, issue) }
}

export function updateIssue(context: GraphqlContext, input: IssueUpdate) {
  const { state, by } = context
  const issue = findIssue(context, input.id)
  demand(context, issue.repository, access.issuesTriage)
  const title = input.title == null ? {} : { title: input.title }
  const body = input.body == null ? {} : { body: input.body }
  state.issues.edit(issue, { ...title, ...body }, by)
  if (input.state === 'CLOSED') state.issues.close(issue, 'completed', by)
  if (input.state === 'OPEN') state.issues.reopen(issue, by)
  if (input.labelIds != null) {
    const wanted = input.labelIds.map((id) => findLabel(context, id))
    for (const label of issue.labels.filter((label) => !wanted.includes(label))) {
      state.issues.removeLabel(issue, label, by)
    }
    for (const label of wanted) state.issues.addLabel(issue, label, by)
  }
  if (input.assigneeIds != null) {
    replaceAssignees(context, issue, {
      actors: assignable(context, issue.repository, input.assigneeIds),
      assignment: assignmentOf(context, input),
    })
  }
  return { issue: context.views.issue(context, issue) }
}

export function closeIssue(
  context: GraphqlContext,
  input: {
    readonly issueId: string
    readonly stateReason?: 'COMPLETED' | 'NOT_PLANNED' | 'DUPLICATE' | null
  },
) {
  const reasons = {
    COMPLETED: 'completed',
    NOT_PLANNED: 'not_planned',
    DUPLICATE: 'duplicate',
  } as const
  const issue = findIssue(context, input.issueId)
  demand(context, issue.repository, access.issuesTriage)
  context.state.issues.close(issue, reasons[input.stateReason ?? 'COMPLETED'], context.by)
  return { issue: context.views.issue(context, issue) }
}

export function addAssignees(context: GraphqlContext, input: AssigneesWish) {
  const issue = findIssueOrPull(context, input.assignableId)
  demand(context, issue.repository, access.issuesTriage)
  const assignment = assignmentOf(context, input)
  for (const actor of assignable(context, issue.repository, input.assigneeIds)) {
    context.state.issues.assign(issue, actor, { by: context.by, assignment })
  }
  return { assignable: issueOrPullView(context, issue) }
}

export function removeAssignees(context: GraphqlContext, input: AssigneesWish) {
  const issue = findIssueOrPull(context, input.assignableId)
  demand(context, issue.repository, access.issuesTriage)
  for (const id of input.assigneeIds) {
    context.state.issues.unassign(issue, findActor(context, id), context.by)
  }
  return { assignable: issueOrPullView(context, issue) }
}

export function replaceActors(context: GraphqlContext, input: ActorsWish) {
  const issue = findIssueOrPull(context, input.assignableId)
  demand(context, issue.repository, access.issuesTriage)
  const named = (input.actorLogins ?? []).map((login) => {
    const actor = context.state.actors.find(login)
    if (actor !== undefined) return actor.nodeId
    throw new GraphqlFailure(
      'NOT_FOUND',
      `Could not resolve to a User with the login of '${login}'.`,
    )
  })
  replaceAssignees(context, issue, {
    actors: assignable(context, issue.repository, [...(input.actorIds ?? []), ...named]),
    assignment: assignmentOf(context, input),
  })
  return { assignable: issueOrPullView(context, issue) }
}

export function changeLabels(context: GraphqlContext, input: LabelsWish, how: 'add' | 'remove') {
  const issue = findIssueOrPull(context, input.labelableId)
  demand(context, issue.repository, access.issuesTriage)
  const { issues } = context.state
  for (const label of input.labelIds.map((id) => findLabel(context, id))) {
    if (how === 'add') issues.addLabel(issue, label, context.by)
    else issues.removeLabel(issue, label, context.by)
  }
  return { labelable: issueOrPullView(context, issue) }
}

export function addComment(
  context: GraphqlContext,
  input: { readonly subjectId: string; readonly body: string },
) {
  const issue = findIssueOrPull(context, input.subjectId)
  demand(context, issue.repository, access.issuesWrite)
  const comment = context.state.issues.comment(issue, input.body, context.by)
  const node = commentView(context, comment)
  const cursor = Buffer.from(`cursor:v2:${issue.comments.length - 1}:0`).toString('base64')
  return { commentEdge: { cursor, node }, subject: issueOrPullView(context, issue) }
}

export function updateComment(
  context: GraphqlContext,
  input: { readonly id: string; readonly body: string },
) {
  const comment = findComment(context, input.id)
  demand(context, comment.issue.repository, access.issuesWrite)
  context.state.issues.editComment(comment, input.body, context.by)
  return { issueComment: commentView(context, comment) }
}

/** Those who can be assigned: Copilot is quietly left out for tokens that are no person's. */
function assignable(
  context: GraphqlContext,
  repository: Repository,
  ids: readonly string[],
): readonly Actor[] {
  const { state, token } = context
  return ids
    .map((id) => findActor(context, id))
    .filter((actor) =>
      actor === state.actors.copilot
        ? mayAssignCopilot(token, repository)
        : state.actors.may(actor, repository, 'triage'),
    )
}

function replaceAssignees(
  { state, by }: GraphqlContext,
  issue: Issue,
  wanted: { readonly actors: readonly Actor[]; readonly assignment: AgentAssignment | null },
): void {
  const { actors, assignment } = wanted
  for (const actor of issue.assignees.filter((actor) => !actors.includes(actor))) {
    state.issues.unassign(issue, actor, by)
  }
  for (const actor of actors) state.issues.assign(issue, actor, { by, assignment })
}

function assignmentOf(
  context: GraphqlContext,
  { agentAssignment: wish }: Assigning,
): AgentAssignment | null {
  if (wish == null) return null
  const { targetRepositoryId: target } = wish
  return {
    targetRepository: target == null ? null : findRepository(context, target),
    baseRef: wish.baseRef ?? null,
    customInstructions: wish.customInstructions ?? null,
    customAgent: wish.customAgent ?? null,
    model: wish.model ?? null,
  }
}
