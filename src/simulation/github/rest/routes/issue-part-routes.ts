import * as z from 'zod'
import { commentShape, issueShape } from '../../shapes/issue-shape.ts'
import { labelShape } from '../../shapes/repository-shape.ts'
import type { Comment } from '../../state/entities.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import { mayTriage } from '../access.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, creating, type Route } from '../route.ts'
import { AssignmentBody, agentAssignment } from './agent-assignment.ts'
import { assigneeNamed, labelsNamed } from './people.ts'

const Body = z.object({ body: z.string() })
const NamedLabel = z.object({ name: z.string() })
const Labels = z.union([
  z.array(z.union([z.string(), NamedLabel])),
  z
    .object({ labels: z.array(z.union([z.string(), NamedLabel])) })
    .transform(({ labels }) => labels),
])
const Assignees = z.object({
  assignees: z.union([z.array(z.string()), z.string().transform((one) => [one])]).optional(),
  agent_assignment: AssignmentBody.nullish(),
})

function addComment(call: Call): Reply {
  const { body } = call.read(Body)
  const comment = call.world.state.issues.comment(call.issue, body, call.by)
  const shape = commentShape(call.world, comment)
  return reply.created(shape, shape.url)
}

function commentOf(call: Call): Comment {
  const comment = call.world.state.issues.commentById(call.number('comment_id'))
  if (comment === undefined || comment.issue.repository !== call.repository) {
    throw refuse.notFound()
  }
  return comment
}

/** Comments are changed by whoever wrote them and by those who may write in the repository. */
function ownComment(call: Call): Comment {
  const comment = commentOf(call)
  const { actors } = call.world.state
  const mayChange = actors.may(call.token.actor, call.repository, 'write')
  if (comment.author === call.token.actor || mayChange || call.token.kind === 'installation') {
    return comment
  }
  throw new Refusal(403, 'Must have admin rights to Repository.')
}

function editComment(call: Call): Reply {
  const comment = ownComment(call)
  call.world.state.issues.editComment(comment, call.read(Body).body, call.by)
  return reply.ok(commentShape(call.world, comment))
}

function deleteComment(call: Call): Reply {
  call.world.state.issues.deleteComment(ownComment(call), call.by)
  return reply.nothing()
}

function listComments(call: Call): Reply {
  const since = Date.parse(call.query.get('since') ?? '')
  const comments = call.issue.comments.filter(
    ({ updatedAt }) => Number.isNaN(since) || updatedAt >= since,
  )
  return call.page(comments, (comment) => commentShape(call.world, comment))
}

function addLabels(call: Call): Reply {
  const { issue, by } = call
  const names = call.read(Labels).map((label) => (typeof label === 'string' ? label : label.name))
  for (const label of labelsNamed(call, names)) call.world.state.issues.addLabel(issue, label, by)
  return reply.ok(issue.labels.map((label) => labelShape(call.world, label)))
}

function removeLabel(call: Call): Reply {
  const { issue } = call
  const label = call.world.state.repositories.label(call.repository, call.param('name'))
  if (label === undefined || !issue.labels.includes(label)) {
    throw new Refusal(404, 'Label does not exist')
  }
  call.world.state.issues.removeLabel(issue, label, call.by)
  return reply.ok(issue.labels.map((one) => labelShape(call.world, one)))
}

function assign(call: Call): Reply {
  const { issue, by, token } = call
  const wanted = call.read(Assignees)
  const assignment = agentAssignment(call, wanted.agent_assignment ?? null)
  const isAllowed = mayTriage(call.world.state.actors, token, call.repository)
  for (const login of isAllowed ? (wanted.assignees ?? []) : []) {
    const actor = assigneeNamed(call, login)
    if (actor !== null) call.world.state.issues.assign(issue, actor, { by, assignment })
  }
  return reply.created(issueShape(call.world, issue))
}

function unassign(call: Call): Reply {
  const { issue, by } = call
  for (const login of call.read(Assignees).assignees ?? []) {
    const actor = call.world.state.actors.find(login)
    if (actor !== undefined) call.world.state.issues.unassign(issue, actor, by)
  }
  return reply.ok(issueShape(call.world, issue))
}

const issue = '/repos/{owner}/{repo}/issues/{issue_number}'
const comment = '/repos/{owner}/{repo}/issues/comments/{comment_id}'

/** Comments, labels and assignees of issues and pull requests. */
export const issuePartRoutes: readonly Route[] = [
  { method: 'GET', template: `${issue}/comments`, access: access.issuesRead, handle: listComments },
  {
    method: 'POST',
    template: `${issue}/comments`,
    access: creating(access.issuesWrite),
    handle: addComment,
  },
  {
    method: 'GET',
    template: comment,
    access: access.issuesRead,
    handle: (call) => reply.ok(commentShape(call.world, commentOf(call))),
  },
  { method: 'PATCH', template: comment, access: access.issuesWrite, handle: editComment },
  { method: 'DELETE', template: comment, access: access.issuesWrite, handle: deleteComment },
  {
    method: 'GET',
    template: `${issue}/labels`,
    access: access.issuesRead,
    handle: (call) => call.page(call.issue.labels, (label) => labelShape(call.world, label)),
  },
  { method: 'POST', template: `${issue}/labels`, access: access.issuesTriage, handle: addLabels },
  {
    method: 'DELETE',
    template: `${issue}/labels/{name}`,
    access: access.issuesTriage,
    handle: removeLabel,
  },
  { method: 'POST', template: `${issue}/assignees`, access: access.issuesWrite, handle: assign },
  {
    method: 'DELETE',
    template: `${issue}/assignees`,
    access: access.issuesTriage,
    handle: unassign,
  },
]
