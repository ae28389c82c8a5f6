/**
 * The part of GitHub's GraphQL schema that the simulated GitHub serves. A test holds it against the
 * published schema and a dated supplement: nothing here may be missing there or have another type.
 */
export const schemaText = `
scalar BigInt
scalar DateTime
scalar GitObjectID
scalar URI

interface Node { id: ID! }
interface Actor { login: String! url: URI! }
interface RepositoryOwner { id: ID! login: String! url: URI! }
interface Assignable {
  assignedActors(after: String, before: String, first: Int, last: Int): AssigneeConnection!
  assignees(after: String, before: String, first: Int, last: Int): UserConnection!
}
interface Labelable {
  labels(after: String, before: String, first: Int, last: Int): LabelConnection
}

enum IssueState { OPEN CLOSED }
enum IssueStateReason { COMPLETED DUPLICATE NOT_PLANNED REOPENED }
enum PullRequestState { OPEN CLOSED MERGED }
enum PullRequestReviewState { APPROVED CHANGES_REQUESTED COMMENTED DISMISSED PENDING }
enum PullRequestReviewDecision { APPROVED CHANGES_REQUESTED REVIEW_REQUIRED }
enum PullRequestReviewEvent { APPROVE COMMENT DISMISS REQUEST_CHANGES }
enum PullRequestMergeMethod { MERGE REBASE SQUASH }
enum PullRequestBranchUpdateMethod { MERGE REBASE }
enum MergeableState { CONFLICTING MERGEABLE UNKNOWN }
enum MergeStateStatus { BEHIND BLOCKED CLEAN DIRTY DRAFT HAS_HOOKS UNKNOWN UNSTABLE }
enum MergeQueueEntryState { AWAITING_CHECKS LOCKED MERGEABLE QUEUED UNMERGEABLE }
enum StatusState { ERROR EXPECTED FAILURE PENDING SUCCESS }
enum CheckStatusState { COMPLETED IN_PROGRESS PENDING QUEUED REQUESTED WAITING }
enum CheckConclusionState {
  ACTION_REQUIRED CANCELLED FAILURE NEUTRAL SKIPPED STALE STARTUP_FAILURE SUCCESS TIMED_OUT
}
enum OrderDirection { ASC DESC }
enum IssueOrderField { COMMENTS CREATED_AT UPDATED_AT }
enum RepositorySuggestedActorFilter { CAN_BE_ASSIGNED CAN_BE_AUTHOR }

input IssueOrder { direction: OrderDirection! field: IssueOrderField! }
input IssueFilters { labels: [String!] since: DateTime states: [IssueState!] }

type PageInfo {
  endCursor: String
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
}
type RateLimit {
  cost: Int!
  limit: Int!
  nodeCount: Int!
  remaining: Int!
  resetAt: DateTime!
  used: Int!
}

type User implements Actor & Node & RepositoryOwner {
  databaseId: Int
  email: String!
  id: ID!
  login: String!
  name: String
  url: URI!
}
type Bot implements Actor & Node { databaseId: Int id: ID! login: String! url: URI! }
type Organization implements Actor & Node & RepositoryOwner {
  databaseId: Int
  id: ID!
  login: String!
  name: String
  url: URI!
}
type Mannequin implements Actor & Node { databaseId: Int id: ID! login: String! url: URI! }
type Team implements Node { id: ID! name: String! slug: String! }
union Assignee = Bot | Mannequin | Organization | User
union RequestedReviewer = Bot | Mannequin | Team | User

type UserConnection { nodes: [User] pageInfo: PageInfo! totalCount: Int! }
type ActorConnection { nodes: [Actor] pageInfo: PageInfo! totalCount: Int! }
type AssigneeConnection { nodes: [Assignee] pageInfo: PageInfo! totalCount: Int! }
type LabelConnection { nodes: [Label] pageInfo: PageInfo! totalCount: Int! }
type IssueConnection { nodes: [Issue] pageInfo: PageInfo! totalCount: Int! }
type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! totalCount: Int! }
type PullRequestConnection { nodes: [PullRequest] pageInfo: PageInfo! totalCount: Int! }
type PullRequestReviewConnection { nodes: [PullRequestReview] pageInfo: PageInfo! totalCount: Int! }
type ReviewRequestConnection { nodes: [ReviewRequest] pageInfo: PageInfo! totalCount: Int! }
type StatusCheckRollupContextConnection {
  nodes: [StatusCheckRollupContext]
  pageInfo: PageInfo!
  totalCount: Int!
}

type Label implements Node { color: String! description: String id: ID! name: String! url: URI! }
type Commit implements Node {
  committedDate: DateTime!
  id: ID!
  message: String!
  oid: GitObjectID!
  statusCheckRollup: StatusCheckRollup
  url: URI!
}
type Ref implements Node { id: ID! name: String! prefix: String! }

type Repository implements Node {
  autoMergeAllowed: Boolean!
  databaseId: Int
  defaultBranchRef: Ref
  description: String
  hasIssuesEnabled: Boolean!
  id: ID!
  isArchived: Boolean!
  isPrivate: Boolean!
  issue(number: Int!): Issue
  issues(
    after: String
    before: String
    filterBy: IssueFilters
    first: Int
    labels: [String!]
    last: Int
    orderBy: IssueOrder
    states: [IssueState!]
  ): IssueConnection!
  label(name: String!): Label
  labels(after: String, before: String, first: Int, last: Int, query: String): LabelConnection
  name: String!
  nameWithOwner: String!
  owner: RepositoryOwner!
  pullRequest(number: Int!): PullRequest
  pullRequests(
    after: String
    baseRefName: String
    before: String
    first: Int
    headRefName: String
    labels: [String!]
    last: Int
    orderBy: IssueOrder
    states: [PullRequestState!]
  ): PullRequestConnection!
  suggestedActors(
    after: String
    before: String
    capabilities: [RepositorySuggestedActorFilter!]!
    first: Int
    last: Int
    query: String
  ): ActorConnection!
  url: URI!
}

type SubIssuesSummary { completed: Int! percentCompleted: Int! total: Int! }
type IssueDependenciesSummary {
  blockedBy: Int!
  blocking: Int!
  totalBlockedBy: Int!
  totalBlocking: Int!
}
type Issue implements Assignable & Labelable & Node {
  assignedActors(after: String, before: String, first: Int, last: Int): AssigneeConnection!
  assignees(after: String, before: String, first: Int, last: Int): UserConnection!
  author: Actor
  blockedBy(after: String, before: String, first: Int, last: Int): IssueConnection!
  blocking(after: String, before: String, first: Int, last: Int): IssueConnection!
  body: String!
  closed: Boolean!
  closedAt: DateTime
  closedByPullRequestsReferences(
    after: String
    before: String
    first: Int
    includeClosedPrs: Boolean
    last: Int
  ): PullRequestConnection
  comments(after: String, before: String, first: Int, last: Int): IssueCommentConnection!
  createdAt: DateTime!
  databaseId: Int
  fullDatabaseId: BigInt
  id: ID!
  issueDependenciesSummary: IssueDependenciesSummary!
  labels(after: String, before: String, first: Int, last: Int): LabelConnection
  locked: Boolean!
  number: Int!
  parent: Issue
  repository: Repository!
  state: IssueState!
  stateReason: IssueStateReason
  subIssues(after: String, before: String, first: Int, last: Int): IssueConnection!
  subIssuesSummary: SubIssuesSummary!
  title: String!
  updatedAt: DateTime!
  url: URI!
}
type IssueComment implements Node {
  author: Actor
  body: String!
  createdAt: DateTime!
  databaseId: Int
  fullDatabaseId: BigInt
  id: ID!
  issue: Issue!
  pullRequest: PullRequest
  updatedAt: DateTime!
  url: URI!
}
type IssueCommentEdge { cursor: String! node: IssueComment }

type AutoMergeRequest {
  enabledAt: DateTime
  enabledBy: Actor
  mergeMethod: PullRequestMergeMethod!
}
type MergeQueueEntry implements Node { id: ID! position: Int! state: MergeQueueEntryState! }
type ReviewRequest implements Node { id: ID! requestedReviewer: RequestedReviewer }
type PullRequestReview implements Node {
  author: Actor
  body: String!
  commit: Commit
  databaseId: Int
  fullDatabaseId: BigInt
  id: ID!
  state: PullRequestReviewState!
  submittedAt: DateTime
  url: URI!
}
type PullRequest implements Assignable & Labelable & Node {
  assignedActors(after: String, before: String, first: Int, last: Int): AssigneeConnection!
  assignees(after: String, before: String, first: Int, last: Int): UserConnection!
  author: Actor
  autoMergeRequest: AutoMergeRequest
  baseRefName: String!
  baseRefOid: GitObjectID!
  body: String!
  closed: Boolean!
  closedAt: DateTime
  closingIssuesReferences(after: String, before: String, first: Int, last: Int): IssueConnection
  comments(after: String, before: String, first: Int, last: Int): IssueCommentConnection!
  createdAt: DateTime!
  databaseId: Int
  fullDatabaseId: BigInt
  headRefName: String!
  headRefOid: GitObjectID!
  id: ID!
  isDraft: Boolean!
  isInMergeQueue: Boolean!
  labels(after: String, before: String, first: Int, last: Int): LabelConnection
  mergeCommit: Commit
  mergeQueueEntry: MergeQueueEntry
  mergeStateStatus: MergeStateStatus!
  mergeable: MergeableState!
  merged: Boolean!
  mergedAt: DateTime
  mergedBy: Actor
  number: Int!
  repository: Repository!
  reviewDecision: PullRequestReviewDecision
  reviewRequests(after: String, before: String, first: Int, last: Int): ReviewRequestConnection
  reviews(
    after: String
    before: String
    first: Int
    last: Int
    states: [PullRequestReviewState!]
  ): PullRequestReviewConnection
  state: PullRequestState!
  statusCheckRollup: StatusCheckRollup
  title: String!
  updatedAt: DateTime!
  url: URI!
}

type StatusCheckRollup implements Node {
  contexts(
    after: String
    before: String
    first: Int
    last: Int
  ): StatusCheckRollupContextConnection!
  id: ID!
  state: StatusState!
}
union StatusCheckRollupContext = CheckRun | StatusContext
type CheckRun implements Node {
  completedAt: DateTime
  conclusion: CheckConclusionState
  databaseId: Int
  id: ID!
  name: String!
  startedAt: DateTime
  status: CheckStatusState!
  summary: String
  text: String
  title: String
}
type StatusContext implements Node {
  context: String!
  createdAt: DateTime!
  description: String
  id: ID!
  state: StatusState!
}

type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  rateLimit(dryRun: Boolean = false): RateLimit
  repository(followRenames: Boolean = true, name: String!, owner: String!): Repository
  viewer: User!
}
`
