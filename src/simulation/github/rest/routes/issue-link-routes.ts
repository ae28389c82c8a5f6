import * as z from 'zod'
import { issueShape } from '../../shapes/issue-shape.ts'
import type { Issue } from '../../state/entities.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import { canSee } from '../access.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, creating, type Route } from '../route.ts'

const SubIssue = z.object({ sub_issue_id: z.int(), replace_parent: z.boolean().optional() })
const Priority = z.object({
  sub_issue_id: z.int(),
  after_id: z.int().optional(),
  before_id: z.int().optional(),
})
const Blocker = z.object({ issue_id: z.int() })

/** By database id, in any repository that the caller can see. */
function issueById(call: Call, id: number): Issue {
  const { state } = call.world
  const found = state.issues.byId(id)
  if (found === undefined || !canSee(state.actors, call.token, found.repository)) {
    throw new Refusal(404, 'Not Found')
  }
  return found
}

function addSubIssue(call: Call): Reply {
  const wanted = call.read(SubIssue)
  const subIssue = issueById(call, wanted.sub_issue_id)
  const how = { replaceParent: wanted.replace_parent ?? false, by: call.by }
  call.world.state.links.addSubIssue(call.issue, subIssue, how)
  return reply.created(issueShape(call.world, call.issue))
}

function removeSubIssue(call: Call): Reply {
  const subIssue = issueById(call, call.read(SubIssue).sub_issue_id)
  call.world.state.links.removeSubIssue(call.issue, subIssue, call.by)
  return reply.ok(issueShape(call.world, call.issue))
}

function reprioritize(call: Call): Reply {
  const { sub_issue_id, after_id, before_id } = call.read(Priority)
  if ((after_id === undefined) === (before_id === undefined)) {
    throw refuse.invalid('Provide after_id or before_id')
  }
  const place =
    after_id === undefined
      ? { before: issueById(call, before_id ?? 0) }
      : { after: issueById(call, after_id) }
  call.world.state.links.reprioritize(call.issue, issueById(call, sub_issue_id), place)
  return reply.ok(issueShape(call.world, call.issue))
}

function parent(call: Call): Reply {
  if (call.issue.parent === null) throw refuse.notFound()
  return reply.ok(issueShape(call.world, call.issue.parent))
}

function addBlockedBy(call: Call): Reply {
  const blocker = issueById(call, call.read(Blocker).issue_id)
  call.world.state.links.addBlockedBy(call.issue, blocker, call.by)
  return reply.created(issueShape(call.world, call.issue))
}

function removeBlockedBy(call: Call): Reply {
  const blocker = issueById(call, call.number('issue_id'))
  call.world.state.links.removeBlockedBy(call.issue, blocker, call.by)
  return reply.ok(issueShape(call.world, call.issue))
}

const issue = '/repos/{owner}/{repo}/issues/{issue_number}'
const blockedBy = `${issue}/dependencies/blocked_by`
const list = (issues: (call: Call) => readonly Issue[]) => (call: Call) =>
  call.page(issues(call), (one) => issueShape(call.world, one))

/** Sub-issues and dependencies. They are addressed by database id, not by number. */
export const issueLinkRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: `${issue}/sub_issues`,
    access: access.issuesRead,
    handle: list((call) => call.issue.subIssues),
  },
  {
    method: 'POST',
    template: `${issue}/sub_issues`,
    access: creating(access.issuesTriage),
    handle: addSubIssue,
  },
  {
    method: 'DELETE',
    template: `${issue}/sub_issue`,
    access: access.issuesTriage,
    handle: removeSubIssue,
  },
  {
    method: 'PATCH',
    template: `${issue}/sub_issues/priority`,
    access: access.issuesTriage,
    handle: reprioritize,
  },
  { method: 'GET', template: `${issue}/parent`, access: access.issuesRead, handle: parent },
  {
    method: 'GET',
    template: blockedBy,
    access: access.issuesRead,
    handle: list((call) => call.issue.blockedBy),
  },
  {
    method: 'POST',
    template: blockedBy,
    access: creating(access.issuesTriage),
    handle: addBlockedBy,
  },
  {
    method: 'DELETE',
    template: `${blockedBy}/{issue_id}`,
    access: access.issuesTriage,
    handle: removeBlockedBy,
  },
  {
    method: 'GET',
    template: `${issue}/dependencies/blocking`,
    access: access.issuesRead,
    handle: list((call) => call.issue.blocking),
  },
]
