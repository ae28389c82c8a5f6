import * as z from 'zod'
import { issueShape } from '../../shapes/issue-shape.ts'
import { timelineShape } from '../../shapes/timeline-shape.ts'
import type { Actor } from '../../state/actor.ts'
import type { AgentAssignment, Issue, Label } from '../../state/entities.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import { mayTriage } from '../access.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, creating, type Route } from '../route.ts'
import { AssignmentBody, agentAssignment } from './agent-assignment.ts'
import { assigneeNamed, labelsNamed } from './people.ts'
import { selectIssues } from './select-issues.ts'

const LabelNames = z.array(
  z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]),
)

const NewIssue = z.object({
  title: z.union([z.string(), z.int().transform(String)]),
  body: z.string().nullish(),
  labels: LabelNames.nullish(),
  assignees: z.array(z.string()).nullish(),
  assignee: z.string().nullish(),
  agent_assignment: AssignmentBody.nullish(),
})

const IssueEdit = z.object({
  ...NewIssue.partial().shape,
  state: z.enum(['open', 'closed']).nullish(),
  state_reason: z.enum(['completed', 'not_planned', 'duplicate', 'reopened']).nullish(),
})

type Dress = {
  readonly labels?: readonly Label[]
  readonly assignees?: readonly Actor[]
  readonly assignment: AgentAssignment | null
}

/** What of labels and assignees the caller may set; the rest is dropped without a word. */
function dressOf(call: Call, wanted: z.output<typeof IssueEdit>): Dress {
  const assignment = agentAssignment(call, wanted.agent_assignment ?? null)
  if (!mayTriage(call.world.state.actors, call.token, call.repository)) return { assignment }
  const logins =
    wanted.assignees ?? (typeof wanted.assignee === 'string' ? [wanted.assignee] : null)
  const assignees = logins?.map((login) => {
    const actor = assigneeNamed(call, login)
    if (actor !== null || isCopilot(call, login)) return actor
    const error = { resource: 'Issue', code: 'invalid', field: 'assignees', value: login }
    throw refuse.invalid(error)
  })
  const labels = wanted.labels
  return {
    assignment,
    ...(Array.isArray(labels) ? { labels: labelsNamed(call, labels) } : {}),
    ...(assignees === undefined ? {} : { assignees: assignees.filter((one) => one !== null) }),
  }
}

/** Where Copilot cannot be assigned, asking for it is ignored: nobody is told why. */
const isCopilot = ({ world }: Call, login: string): boolean =>
  world.state.actors.find(login) === world.state.actors.copilot

function create(call: Call): Reply {
  const wanted = call.read(NewIssue)
  const { title, body } = wanted
  const issue = call.world.state.issues.create(
    call.repository,
    { title, body: body ?? null, ...dressOf(call, wanted) },
    call.by,
  )
  const shape = issueShape(call.world, issue)
  return reply.created(shape, shape.url)
}

function update(call: Call): Reply {
  const { issue, by } = call
  const wanted = call.read(IssueEdit)
  checkAuthor(call, issue)
  const { issues } = call.world.state
  const { title, body, state, state_reason: reason } = wanted
  const dress = dressOf(call, wanted)
  issues.edit(
    issue,
    { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) },
    by,
  )
  replaceDress(call, issue, dress)
  if (state === 'closed') issues.close(issue, reason ?? null, by)
  if (state === 'open') issues.reopen(issue, by)
  return reply.ok(issueShape(call.world, issue))
}

function replaceDress(call: Call, issue: Issue, { labels, assignees, assignment }: Dress): void {
  const { issues } = call.world.state
  const { by } = call
  for (const label of labels === undefined ? [] : [...issue.labels]) {
    if (labels?.includes(label) === false) issues.removeLabel(issue, label, by)
  }
  for (const label of labels ?? []) issues.addLabel(issue, label, by)
  for (const one of assignees === undefined ? [] : [...issue.assignees]) {
    if (assignees?.includes(one) === false) issues.unassign(issue, one, by)
  }
  for (const one of assignees ?? []) issues.assign(issue, one, { by, assignment })
}

/** An issue is changed by its author and by those who may triage. */
function checkAuthor(call: Call, issue: Issue): void {
  const { actors } = call.world.state
  if (issue.author === call.token.actor || mayTriage(actors, call.token, call.repository)) return
  throw new Refusal(403, 'Must have admin rights to Repository.')
}

/** Issues themselves: list, open, read, change. */
export const issueRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/issues',
    access: access.issuesRead,
    handle: (call) => call.page(selectIssues(call), (issue) => issueShape(call.world, issue)),
  },
  {
    method: 'POST',
    template: '/repos/{owner}/{repo}/issues',
    access: creating(access.issuesWrite),
    handle: create,
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/issues/{issue_number}',
    access: access.issuesRead,
    handle: (call) => reply.ok(issueShape(call.world, call.issue)),
  },
  {
    method: 'PATCH',
    template: '/repos/{owner}/{repo}/issues/{issue_number}',
    access: access.issuesWrite,
    handle: update,
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/issues/{issue_number}/timeline',
    access: access.issuesRead,
    handle: (call) => call.page(timelineShape(call.world, call.issue), (entry) => entry),
  },
]
