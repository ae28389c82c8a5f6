/** The mutations of the same part of the schema. */
export const mutationText = `
input AgentAssignmentInput {
  baseRef: String
  customAgent: String
  customInstructions: String
  model: String
  targetRepositoryId: ID
}
input CreateIssueInput {
  agentAssignment: AgentAssignmentInput
  assigneeIds: [ID!]
  body: String
  clientMutationId: String
  labelIds: [ID!]
  parentIssueId: ID
  repositoryId: ID!
  title: String!
}
input UpdateIssueInput {
  agentAssignment: AgentAssignmentInput
  assigneeIds: [ID!]
  body: String
  clientMutationId: String
  id: ID!
  labelIds: [ID!]
  state: IssueState
  title: String
}
input CloseIssueInput {
  clientMutationId: String
  issueId: ID!
  stateReason: IssueClosedStateReason
}
enum IssueClosedStateReason { COMPLETED DUPLICATE NOT_PLANNED }
input AddSubIssueInput {
  clientMutationId: String
  issueId: ID!
  replaceParent: Boolean
  subIssueId: ID
  subIssueUrl: String
}
input RemoveSubIssueInput { clientMutationId: String issueId: ID! subIssueId: ID! }
input AddBlockedByInput { blockingIssueId: ID! clientMutationId: String issueId: ID! }
input RemoveBlockedByInput { blockingIssueId: ID! clientMutationId: String issueId: ID! }
input AddAssigneesToAssignableInput {
  agentAssignment: AgentAssignmentInput
  assignableId: ID!
  assigneeIds: [ID!]!
  clientMutationId: String
}
input RemoveAssigneesFromAssignableInput {
  assignableId: ID!
  assigneeIds: [ID!]!
  clientMutationId: String
}
input ReplaceActorsForAssignableInput {
  actorIds: [ID!]
  actorLogins: [String!]
  agentAssignment: AgentAssignmentInput
  assignableId: ID!
  clientMutationId: String
}
input AddLabelsToLabelableInput { clientMutationId: String labelIds: [ID!]! labelableId: ID! }
input RemoveLabelsFromLabelableInput { clientMutationId: String labelIds: [ID!]! labelableId: ID! }
input AddCommentInput { body: String! clientMutationId: String subjectId: ID! }
input UpdateIssueCommentInput { body: String! clientMutationId: String id: ID! }
input MarkPullRequestReadyForReviewInput { clientMutationId: String pullRequestId: ID! }
input ConvertPullRequestToDraftInput { clientMutationId: String pullRequestId: ID! }
input EnablePullRequestAutoMergeInput {
  clientMutationId: String
  expectedHeadOid: GitObjectID
  mergeMethod: PullRequestMergeMethod
  pullRequestId: ID!
}
input DisablePullRequestAutoMergeInput { clientMutationId: String pullRequestId: ID! }
input MergePullRequestInput {
  clientMutationId: String
  commitBody: String
  commitHeadline: String
  expectedHeadOid: GitObjectID
  mergeMethod: PullRequestMergeMethod
  pullRequestId: ID!
}
input UpdatePullRequestBranchInput {
  clientMutationId: String
  expectedHeadOid: GitObjectID
  pullRequestId: ID!
  updateMethod: PullRequestBranchUpdateMethod
}
input ClosePullRequestInput { clientMutationId: String pullRequestId: ID! }
input AddPullRequestReviewInput {
  body: String
  clientMutationId: String
  commitOID: GitObjectID
  event: PullRequestReviewEvent
  pullRequestId: ID!
}

type CreateIssuePayload { clientMutationId: String issue: Issue }
type UpdateIssuePayload { clientMutationId: String issue: Issue }
type CloseIssuePayload { clientMutationId: String issue: Issue }
type AddSubIssuePayload { clientMutationId: String issue: Issue subIssue: Issue }
type RemoveSubIssuePayload { clientMutationId: String issue: Issue subIssue: Issue }
type AddBlockedByPayload { blockingIssue: Issue clientMutationId: String issue: Issue }
type RemoveBlockedByPayload { blockingIssue: Issue clientMutationId: String issue: Issue }
type AddAssigneesToAssignablePayload { assignable: Assignable clientMutationId: String }
type RemoveAssigneesFromAssignablePayload { assignable: Assignable clientMutationId: String }
type ReplaceActorsForAssignablePayload { assignable: Assignable clientMutationId: String }
type AddLabelsToLabelablePayload { clientMutationId: String labelable: Labelable }
type RemoveLabelsFromLabelablePayload { clientMutationId: String labelable: Labelable }
type AddCommentPayload { clientMutationId: String commentEdge: IssueCommentEdge subject: Node }
type UpdateIssueCommentPayload { clientMutationId: String issueComment: IssueComment }
type MarkPullRequestReadyForReviewPayload { clientMutationId: String pullRequest: PullRequest }
type ConvertPullRequestToDraftPayload { clientMutationId: String pullRequest: PullRequest }
type EnablePullRequestAutoMergePayload { clientMutationId: String pullRequest: PullRequest }
type DisablePullRequestAutoMergePayload { clientMutationId: String pullRequest: PullRequest }
type MergePullRequestPayload { clientMutationId: String pullRequest: PullRequest }
type UpdatePullRequestBranchPayload { clientMutationId: String pullRequest: PullRequest }
type ClosePullRequestPayload { clientMutationId: String pullRequest: PullRequest }
type AddPullRequestReviewPayload { clientMutationId: String pullRequestReview: PullRequestReview }

type Mutation {
  addAssigneesToAssignable(input: AddAssigneesToAssignableInput!): AddAssigneesToAssignablePayload
  addBlockedBy(input: AddBlockedByInput!): AddBlockedByPayload
  addComment(input: AddCommentInput!): AddCommentPayload
  addLabelsToLabelable(input: AddLabelsToLabelableInput!): AddLabelsToLabelablePayload
  addPullRequestReview(input: AddPullRequestReviewInput!): AddPullRequestReviewPayload
  addSubIssue(input: AddSubIssueInput!): AddSubIssuePayload
  closeIssue(input: CloseIssueInput!): CloseIssuePayload
  closePullRequest(input: ClosePullRequestInput!): ClosePullRequestPayload
  convertPullRequestToDraft(
    input: ConvertPullRequestToDraftInput!
  ): ConvertPullRequestToDraftPayload
  createIssue(input: CreateIssueInput!): CreateIssuePayload
  disablePullRequestAutoMerge(
    input: DisablePullRequestAutoMergeInput!
  ): DisablePullRequestAutoMergePayload
  enablePullRequestAutoMerge(
    input: EnablePullRequestAutoMergeInput!
  ): EnablePullRequestAutoMergePayload
  markPullRequestReadyForReview(
    input: MarkPullRequestReadyForReviewInput!
  ): MarkPullRequestReadyForReviewPayload
  mergePullRequest(input: MergePullRequestInput!): MergePullRequestPayload
  removeAssigneesFromAssignable(
    input: RemoveAssigneesFromAssignableInput!
  ): RemoveAssigneesFromAssignablePayload
  removeBlockedBy(input: RemoveBlockedByInput!): RemoveBlockedByPayload
  removeLabelsFromLabelable(
    input: RemoveLabelsFromLabelableInput!
  ): RemoveLabelsFromLabelablePayload
  removeSubIssue(input: RemoveSubIssueInput!): RemoveSubIssuePayload
  replaceActorsForAssignable(
    input: ReplaceActorsForAssignableInput!
  ): ReplaceActorsForAssignablePayload
  updateIssue(input: UpdateIssueInput!): UpdateIssuePayload
  updateIssueComment(input: UpdateIssueCommentInput!): UpdateIssueCommentPayload
  updatePullRequestBranch(input: UpdatePullRequestBranchInput!): UpdatePullRequestBranchPayload
}
`
