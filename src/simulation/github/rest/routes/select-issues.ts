import type { Issue } from '../../state/entities.ts'
import type { Call } from '../call.ts'

const sortKeys = {
  created: (issue: Issue) => issue.createdAt,
  updated: (issue: Issue) => issue.updatedAt,
  comments: (issue: Issue) => issue.comments.length,
} as const

/** What `GET …/issues` lists: pull requests too, newest first, open ones unless asked otherwise. */
export function selectIssues({ repository, query, world }: Call): readonly Issue[] {
  const state = query.get('state') ?? 'open'
  const labels = query.get('labels')?.toLowerCase().split(',').filter(Boolean) ?? []
  const since = Date.parse(query.get('since') ?? '')
  const creator = query.get('creator')
  const assignee = query.get('assignee')
  const named = (login: string | null) => (login === null ? null : world.state.actors.find(login))
  const [by, to] = [named(creator), named(assignee)]
  const chosen = [...repository.issues.values()].filter((issue) => {
    if (state !== 'all' && issue.state !== state) return false
    if (!Number.isNaN(since) && issue.updatedAt < since) return false
    if (by !== null && issue.author !== by) return false
    if (!fitsAssignee(issue, assignee, to)) return false
    return labels.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name))
  })
  const sort = query.get('sort')
  const key = sortKeys[sort === 'updated' || sort === 'comments' ? sort : 'created']
  const sign = query.get('direction') === 'asc' ? 1 : -1
  return chosen.sort((a, b) => sign * (key(a) - key(b) || a.number - b.number))
}

function fitsAssignee(
  { assignees }: Issue,
  wanted: string | null,
  actor: Issue['assignees'][number] | null | undefined,
): boolean {
  if (wanted === null || wanted === '*') return wanted === null || assignees.length > 0
  if (wanted === 'none') return assignees.length === 0
  return actor !== null && actor !== undefined && assignees.includes(actor)
}
