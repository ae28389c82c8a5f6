import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGraphql } from '../../src/simulation/github/graphql/create-graphql.ts'
import type { TokenKind } from '../../src/simulation/github/state/actor.ts'
import type { GraphqlCost } from '../../src/simulation/github/world.ts'
import { createWorld, instantClock, type TestWorld } from './create-world.ts'

type Answer = { readonly data?: unknown; readonly errors?: readonly Record<string, unknown>[] }

const snapshot = `query Snapshot($owner:String!,$name:String!,$issues:String,$prs:String){
 rateLimit{cost limit remaining used resetAt nodeCount}
 repository(owner:$owner,name:$name){
  id isArchived defaultBranchRef{name}
  issues(first:100,after:$issues,states:OPEN,orderBy:{field:UPDATED_AT,direction:DESC}){
   totalCount pageInfo{hasNextPage endCursor}
   nodes{id number title url createdAt updatedAt author{login __typename}
    labels(first:20){nodes{name}}
    assignedActors(first:10){nodes{__typename ... on User{login} ... on Bot{login}}}
    parent{number} subIssuesSummary{total completed percentCompleted}}}
  pullRequests(first:100,after:$prs,states:OPEN,orderBy:{field:UPDATED_AT,direction:DESC}){
   totalCount pageInfo{hasNextPage endCursor}
   nodes{id number title url createdAt updatedAt isDraft author{login __typename}
    headRefName headRefOid baseRefName mergeable mergeStateStatus reviewDecision
    isInMergeQueue mergeQueueEntry{state position} autoMergeRequest{enabledAt mergeMethod}
    statusCheckRollup{state} labels(first:20){nodes{name}}
    assignedActors(first:10){nodes{__typename ... on User{login} ... on Bot{login}}}
    reviewRequests(first:10){nodes{requestedReviewer{__typename ... on User{login} ... on Bot{login} ... on Team{slug}}}}
    closingIssuesReferences(first:5){nodes{number}}}}}}`

/** Asks as GitHub is asked: what it costs is written down. */
function asker({ world, owner }: TestWorld, kind: TokenKind = 'classic') {
  const costs: GraphqlCost[] = []
  const answer = createGraphql(world)
  const permissions = { issues: 'write', pull_requests: 'write', contents: 'write' } as const
  const rights = kind === 'classic' ? { scopes: ['repo'] } : { permissions }
  const token = world.state.actors.createToken({ kind, actor: owner, ...rights })
  const ask = async (query: string, variables: object = {}): Promise<Answer> => {
    const body = { query, variables }
    const budget = { refusal: null, limit: 5000, remaining: 4000, used: 1000, resetAt: 0 }
    const reply = await answer({
      ...{ body, token, features: [] },
      spend: (cost) => {
        costs.push(cost)
        return budget
      },
    })
    assert.equal(reply.status, 200)
    return JSON.parse(JSON.stringify(reply.body)) as Answer
  }
  return { ask, costs }
}

async function openPull({ world, repository, asOwner }: TestWorld, branch: string, body: string) {
  const files = { [`src/${branch}.ts`]: `export const ${branch} = 1\n` }
  await world.git.commitFiles(repository, { branch, files, message: branch }, asOwner)
  return await world.pulls.open(
    repository,
    { title: branch, body, head: branch, base: 'main' },
    asOwner,
  )
}

test('a snapshot holds what is there and costs what the formula says', async () => {
  await using given = await createWorld(instantClock())
  const { world, repository, asOwner } = given
  const issue = world.state.issues.create(repository, { title: 'One' }, asOwner)
  world.state.issues.assign(issue, world.state.actors.copilot, { by: asOwner, assignment: null })
  const pull = await openPull(given, 'fix', `Fixes #${issue.number}`)
  const { ask, costs } = asker(given)
  const variables = { owner: 'octo', name: 'shop' }

  const first = await ask(snapshot, variables)
  assert.deepEqual(costs, [{ points: 6, isMutation: false, creations: 0 }])
  assert.equal(first.errors, undefined)
  const data = first.data as { repository: Record<string, { nodes: Record<string, unknown>[] }> }
  const [shownIssue] = data.repository.issues?.nodes ?? []
  assert.deepEqual(shownIssue?.assignedActors, {
    nodes: [{ __typename: 'Bot', login: 'copilot-swe-agent' }],
  })
  const [shownPull] = data.repository.pullRequests?.nodes ?? []
  assert.equal(shownPull?.headRefOid, pull.pull.head.sha)
  assert.equal(shownPull?.mergeable, 'UNKNOWN')
  assert.equal(shownPull?.statusCheckRollup, null)
  assert.deepEqual(shownPull?.closingIssuesReferences, { nodes: [{ number: issue.number }] })

  await world.pulls.mergeability(pull)
  const again = await ask(
    'query($id:ID!){node(id:$id){...on PullRequest{mergeable mergeStateStatus}}}',
    { id: pull.nodeId },
  )
  assert.deepEqual(again.data, { node: { mergeable: 'MERGEABLE', mergeStateStatus: 'CLEAN' } })
})

test('a fine-grained token gets a snapshot without checks, and an error for each', async () => {
  await using given = await createWorld(instantClock())
  await openPull(given, 'one', '')
  await openPull(given, 'two', '')
  const { ask } = asker(given, 'fine_grained')
  const { data, errors } = await ask(snapshot, { owner: 'octo', name: 'shop' })
  const seen = data as { repository: { pullRequests: { nodes: Record<string, unknown>[] } } }
  assert.deepEqual(
    seen.repository.pullRequests.nodes.map((node) => [node.title, node.statusCheckRollup]),
    [
      ['two', null],
      ['one', null],
    ],
  )
  assert.deepEqual(
    errors?.map(({ type, path, message }) => ({ type, path, message })),
    [0, 1].map((index) => ({
      type: 'FORBIDDEN',
      path: ['repository', 'pullRequests', 'nodes', index, 'statusCheckRollup'],
      message: 'Resource not accessible by personal access token',
    })),
  )
})

test('pages are 1 to 100 long, asked for, and not half a million nodes', async () => {
  await using given = await createWorld(instantClock())
  const { ask, costs } = asker(given)
  const refused = async (fields: string) => {
    const { data, errors } = await ask(`{repository(owner:"octo",name:"shop"){${fields}}}`)
    assert.equal(data, undefined)
    return errors?.map(({ type }) => type)
  }
  assert.deepEqual(await refused('issues{totalCount}'), ['MISSING_PAGINATION_BOUNDARIES'])
  assert.deepEqual(await refused('issues(first:101){totalCount}'), ['EXCESSIVE_PAGINATION'])
  assert.deepEqual(await refused('issues(last:0){totalCount}'), ['EXCESSIVE_PAGINATION'])
  const deep =
    'issues(first:100){nodes{subIssues(first:100){nodes{comments(first:100){totalCount}}}}}'
  assert.deepEqual(await refused(deep), ['MAX_NODE_LIMIT_EXCEEDED'])
  assert.deepEqual(costs, [])
})

test('pages follow one another while issues are added and touched', async () => {
  await using given = await createWorld(instantClock())
  const { world, repository, asOwner } = given
  for (let n = 1; n <= 5; n += 1) {
    await world.clock.sleep(1000)
    world.state.issues.create(repository, { title: `Issue ${n}` }, asOwner)
  }
  const { ask } = asker(given)
  const seen: number[] = []
  for (let after: string | null = null; ; ) {
    const { data } = await ask(
      `query($after:String){repository(owner:"octo",name:"shop"){
        issues(first:2,after:$after,orderBy:{field:UPDATED_AT,direction:DESC}){
          nodes{number} pageInfo{hasNextPage endCursor}}}}`,
      { after },
    )
    const { issues } = (data as { repository: { issues: IssuePage } }).repository
    seen.push(...issues.nodes.map(({ number }) => number))
    if (!issues.pageInfo.hasNextPage) break
    after = issues.pageInfo.endCursor
    await world.clock.sleep(1000)
    world.state.issues.create(repository, { title: 'Came while paging' }, asOwner)
  }
  assert.deepEqual(seen, [5, 4, 3, 2, 1])
})
type IssuePage = {
  readonly nodes: readonly { readonly number: number }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
}

test('an issue is created under its parent and given to Copilot in one mutation', async () => {
  await using given = await createWorld(instantClock())
  const { world, repository, asOwner } = given
  const parent = world.state.issues.create(repository, { title: 'Parent' }, asOwner)
  const heard: unknown[] = []
  world.state.on((happened) => {
    if (happened.kind === 'issue.assigned') heard.push(happened.assignment?.customInstructions)
  })
  const { ask, costs } = asker(given)
  const suggested = await ask(`{repository(owner:"octo",name:"shop"){
    suggestedActors(capabilities:[CAN_BE_ASSIGNED],first:100){nodes{login ...on Bot{id}}}}}`)
  assert.deepEqual(suggested.data, {
    repository: {
      suggestedActors: {
        nodes: [
          { login: 'copilot-swe-agent', id: world.state.actors.copilot.nodeId },
          { login: 'octo' },
        ],
      },
    },
  })
  const { data, errors } = await ask(
    `mutation($input:CreateIssueInput!){createIssue(input:$input){
      clientMutationId issue{number parent{number} assignees(first:5){totalCount}
      assignedActors(first:5){nodes{...on Bot{login}}}}}}`,
    {
      input: {
        ...{ repositoryId: repository.nodeId, title: 'Child', parentIssueId: parent.nodeId },
        ...{ assigneeIds: [world.state.actors.copilot.nodeId], clientMutationId: 'mine' },
        agentAssignment: { baseRef: 'main', customInstructions: 'Be brief.' },
      },
    },
  )
  assert.equal(errors, undefined)
  assert.deepEqual(data, {
    createIssue: {
      clientMutationId: 'mine',
      issue: {
        ...{ number: 2, parent: { number: 1 }, assignees: { totalCount: 0 } },
        assignedActors: { nodes: [{ login: 'copilot-swe-agent' }] },
      },
    },
  })
  assert.deepEqual(heard, ['Be brief.'])
  assert.deepEqual(costs.at(-1), { points: 1, isMutation: true, creations: 1 })
})

test('an installation is neither shown Copilot nor able to assign it', async () => {
  await using given = await createWorld(instantClock())
  const { world, repository, asOwner } = given
  const issue = world.state.issues.create(repository, { title: 'One' }, asOwner)
  const { ask } = asker(given, 'installation')
  const suggested = await ask(`{repository(owner:"octo",name:"shop"){
    suggestedActors(capabilities:[CAN_BE_ASSIGNED],first:100){nodes{login}}}}`)
  assert.deepEqual(suggested.data, {
    repository: { suggestedActors: { nodes: [{ login: 'octo' }] } },
  })
  await ask(
    `mutation($input:ReplaceActorsForAssignableInput!){
      replaceActorsForAssignable(input:$input){assignable{...on Issue{number}}}}`,
    { input: { assignableId: issue.nodeId, actorIds: [world.state.actors.copilot.nodeId] } },
  )
  assert.deepEqual(issue.assignees, [])
})

test('pull requests are made ready, merged at the expected head only, and closed issues follow', async () => {
  await using given = await createWorld(instantClock())
  const { world, repository, asOwner } = given
  const issue = world.state.issues.create(repository, { title: 'One' }, asOwner)
  const pull = await openPull(given, 'fix', `Closes #${issue.number}`)
  world.state.pulls.markDraft(pull, asOwner)
  const { ask } = asker(given)
  const merge = async (expectedHeadOid: string) =>
    await ask(
      'mutation($input:MergePullRequestInput!){mergePullRequest(input:$input){pullRequest{merged state}}}',
      { input: { pullRequestId: pull.nodeId, expectedHeadOid, mergeMethod: 'SQUASH' } },
    )
  const draft = await merge(pull.pull.head.sha)
  assert.deepEqual(draft.data, { mergePullRequest: null })
  assert.deepEqual(draft.errors?.[0]?.type, 'UNPROCESSABLE')
  const ready = await ask(
    'mutation($input:MarkPullRequestReadyForReviewInput!){markPullRequestReadyForReview(input:$input){pullRequest{isDraft}}}',
    { input: { pullRequestId: pull.nodeId } },
  )
  assert.deepEqual(ready.data, {
    markPullRequestReadyForReview: { pullRequest: { isDraft: false } },
  })
  const moved = await merge('0'.repeat(40))
  assert.equal(
    moved.errors?.[0]?.message,
    'Head branch was modified. Review and try the merge again.',
  )
  const { data } = await merge(pull.pull.head.sha)
  assert.deepEqual(data, { mergePullRequest: { pullRequest: { merged: true, state: 'MERGED' } } })
  assert.equal(issue.state, 'closed')
})

test('what is not there, not GraphQL, or too many is said as GitHub says it', async () => {
  await using given = await createWorld(instantClock())
  const { world, repository, asOwner } = given
  const parent = world.state.issues.create(repository, { title: 'Parent' }, asOwner)
  const issue = world.state.issues.create(repository, { title: 'One' }, asOwner)
  const { ask } = asker(given)
  const first = async (query: string, variables: object = {}) => {
    const { errors } = await ask(query, variables)
    return [errors?.[0]?.type, errors?.[0]?.message]
  }
  assert.deepEqual(await first('{repository(owner:"octo",name:"nowhere"){id}}'), [
    'NOT_FOUND',
    "Could not resolve to a Repository with the name 'octo/nowhere'.",
  ])
  assert.deepEqual(await first('{node(id:"I_nothing"){id}}'), [
    'NOT_FOUND',
    "Could not resolve to a node with the global id of 'I_nothing'",
  ])
  assert.deepEqual(await first('{repository('), [
    undefined,
    'Syntax Error: Expected Name, found <EOF>.',
  ])
  assert.deepEqual(await first('{nonsense}'), [
    undefined,
    "Field 'nonsense' doesn't exist on type 'Query'",
  ])
  const link = `mutation($input:AddSubIssueInput!){addSubIssue(input:$input){issue{number}}}`
  const input = { issueId: parent.nodeId, subIssueId: issue.nodeId }
  assert.deepEqual((await ask(link, { input })).errors, undefined)
  assert.deepEqual(await first(link, { input }), [
    'UNPROCESSABLE',
    'Issue may not contain duplicate sub-issues',
  ])
  const block = `mutation($input:AddBlockedByInput!){addBlockedBy(input:$input){
    issue{blockedBy(first:5){nodes{number}} issueDependenciesSummary{blockedBy totalBlockedBy}}}}`
  const blocked = await ask(block, {
    input: { issueId: issue.nodeId, blockingIssueId: parent.nodeId },
  })
  assert.deepEqual(blocked.data, {
    addBlockedBy: {
      issue: {
        blockedBy: { nodes: [{ number: 1 }] },
        issueDependenciesSummary: { blockedBy: 1, totalBlockedBy: 1 },
      },
    },
  })
})

test('ids beyond 2^31 are given as null and as a full id', async () => {
  await using given = await createWorld(instantClock())
  const { world, repository, asOwner } = given
  const issue = world.state.issues.create(repository, { title: 'One' }, asOwner)
  const { ask } = asker(given)
  const { data } = await ask(
    'query($id:ID!){node(id:$id){...on Issue{databaseId fullDatabaseId}}}',
    {
      id: issue.nodeId,
    },
  )
  assert.deepEqual(data, { node: { databaseId: null, fullDatabaseId: String(issue.id) } })
})

test('a query that takes too long is given up after ten seconds', async () => {
  await using given = await createWorld(instantClock())
  const { world, owner } = given
  const answer = createGraphql(world, { timesOut: () => true })
  const token = world.state.actors.createToken({ kind: 'classic', actor: owner, scopes: ['repo'] })
  const startedAt = world.clock.now()
  const budget = { refusal: null, limit: 5000, remaining: 4999, used: 1, resetAt: 0 }
  const { status, body } = await answer({
    ...{ body: { query: '{viewer{login}}' }, token, features: [], spend: () => budget },
  })
  assert.equal(status, 502)
  assert.equal((body as Answer).data, null)
  assert.equal(world.clock.now() - startedAt, 10_000)
})
