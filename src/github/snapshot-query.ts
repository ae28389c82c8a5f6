import * as z from 'zod'

/** Issues of a page. Each connection inside costs a hundredth of a point for every issue. */
export const issuesPerPage = 100
/** Mergeability is computed while it is asked for, and a query of more than 10 s is cut off. */
export const pullsPerPage = 50

const actor = 'author { login __typename }'
const labels = 'labels(first: 20) { nodes { name } }'
const assigned =
  'assignedActors(first: 10) { nodes { __typename ... on User { login } ... on Bot { login } } }'
const page = 'totalCount pageInfo { hasNextPage endCursor }'

const issues = `issues(first: $issuePage, after: $issues, states: OPEN, orderBy: { field: UPDATED_AT, direction: DESC }) {
  ${page}
  nodes { id number title url createdAt updatedAt ${actor} ${labels} ${assigned}
    parent { number } subIssuesSummary { total completed } } }`

const pulls = (
  checks: string,
) => `pullRequests(first: $pullPage, after: $pulls, states: OPEN, orderBy: { field: UPDATED_AT, direction: DESC }) {
  ${page}
  nodes { id number title url createdAt updatedAt isDraft ${actor}
    headRefName headRefOid baseRefName mergeable mergeStateStatus reviewDecision isInMergeQueue
    ${checks} ${labels} ${assigned}
    closingIssuesReferences(first: 5) { nodes { number } } } }`

/** One page of issues, of pull requests, or of both. */
export function snapshotQuery(wanted: {
  readonly issues: boolean
  readonly pulls: boolean
  /** False for a token that may not read check runs: asking would spoil the rest. */
  readonly checks: boolean
}): string {
  const variables = [
    '$owner: String!, $repo: String!',
    ...(wanted.issues ? ['$issues: String, $issuePage: Int!'] : []),
    ...(wanted.pulls ? ['$pulls: String, $pullPage: Int!'] : []),
  ]
  const checks = wanted.checks ? 'statusCheckRollup { state }' : ''
  return `query Snapshot(${variables.join(', ')}) {
    rateLimit { cost remaining resetAt }
    repository(owner: $owner, name: $repo) {
      id nameWithOwner isArchived defaultBranchRef { name }
      ${wanted.issues ? issues : ''} ${wanted.pulls ? pulls(checks) : ''} } }`
}

const Actor = z.object({ login: z.string(), __typename: z.string() })
const Names = z.object({ nodes: z.array(z.object({ name: z.string() })) })
const Assigned = z.object({
  nodes: z.array(z.object({ login: z.string().optional(), __typename: z.string() })),
})
const connection = <T extends z.ZodType>(node: T) =>
  z.object({
    totalCount: z.number(),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    // A node that could not be read is null beside the reason in `errors`.
    nodes: z.array(node.nullable()),
  })

const Item = z.object({
  id: z.string(),
  number: z.number(),
  title: z.string(),
  url: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  author: Actor.nullable(),
  labels: Names.nullable(),
  assignedActors: Assigned.nullable(),
})

export const IssueNode = Item.extend({
  parent: z.object({ number: z.number() }).nullable(),
  subIssuesSummary: z.object({ total: z.number(), completed: z.number() }),
})
export type IssueNode = z.infer<typeof IssueNode>

export const PullNode = Item.extend({
  isDraft: z.boolean(),
  headRefName: z.string(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  mergeable: z.string(),
  mergeStateStatus: z.string(),
  reviewDecision: z.string().nullable(),
  isInMergeQueue: z.boolean(),
  statusCheckRollup: z.object({ state: z.string() }).nullish(),
  closingIssuesReferences: z
    .object({ nodes: z.array(z.object({ number: z.number() })) })
    .nullable(),
})
export type PullNode = z.infer<typeof PullNode>

export const SnapshotPage = z.object({
  rateLimit: z.object({ cost: z.number(), remaining: z.number() }).nullable(),
  repository: z
    .object({
      id: z.string(),
      nameWithOwner: z.string(),
      isArchived: z.boolean(),
      defaultBranchRef: z.object({ name: z.string() }).nullable(),
      issues: connection(IssueNode).optional(),
      pullRequests: connection(PullNode).optional(),
    })
    .nullable(),
})
export type SnapshotPage = z.infer<typeof SnapshotPage>
