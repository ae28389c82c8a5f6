import type { ActorView, IssueView, PullView, RepositoryView } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import type { GitHubClient, GraphQlError } from './github-client.ts'
import {
  type IssueNode,
  issuesPerPage,
  type PullNode,
  pullsPerPage,
  SnapshotPage,
  snapshotQuery,
} from './snapshot-query.ts'

/** A repository with more open items than this is read as far as that, and says so. */
const mostPages = 100

/**
 * The open issues and pull requests of a repository at about one moment: GraphQL alone, a few points
 * for a hundred items. What could not be read is in `gaps`, and never passes for good.
 */
export async function readSnapshot(
  client: GitHubClient,
  repository: string,
  signal: AbortSignal,
): Promise<RepositoryView> {
  const reading = new SnapshotReading(client, repository)
  return await reading.read(signal)
}

class SnapshotReading {
  readonly #client: GitHubClient
  readonly #repository: string
  readonly #issues = new Map<number, IssueView>()
  readonly #pulls = new Map<number, PullView>()
  readonly #gaps = new Set<string>()
  #points = 0
  #mayReadChecks = true

  constructor(client: GitHubClient, repository: string) {
    this.#client = client
    this.#repository = repository
  }

  async read(signal: AbortSignal): Promise<RepositoryView> {
    const at = new Date(this.#client.now()).toISOString()
    let wanted = { issues: true, pulls: true }
    let cursors: Cursors = { issues: null, pulls: null }
    for (let page = 1; ; page += 1) {
      const read = await this.#page(wanted, cursors, signal)
      this.#keep(read)
      const { issues, pullRequests: pulls, id, isArchived, defaultBranchRef } = read
      wanted = {
        issues: issues?.pageInfo.hasNextPage ?? false,
        pulls: pulls?.pageInfo.hasNextPage ?? false,
      }
      cursors = {
        issues: issues?.pageInfo.endCursor ?? null,
        pulls: pulls?.pageInfo.endCursor ?? null,
      }
      const isCut = page >= mostPages && (wanted.issues || wanted.pulls)
      if (isCut) this.#gaps.add(`items: only the first ${mostPages} pages were read`)
      if (isCut || !(wanted.issues || wanted.pulls)) {
        const defaultBranch = defaultBranchRef?.name ?? ''
        return { ...this.#view(at), id, isArchived, defaultBranch }
      }
    }
  }

  #view(at: string) {
    return {
      repository: this.#repository,
      at,
      issues: [...this.#issues.values()],
      pulls: [...this.#pulls.values()],
      gaps: [...this.#gaps].toSorted(),
      points: this.#points,
    }
  }

  async #page(wanted: Wanted, cursors: Cursors, signal: AbortSignal): Promise<RepositoryPage> {
    const [owner = '', repo = ''] = this.#repository.split('/')
    const query = snapshotQuery({ ...wanted, checks: this.#mayReadChecks })
    const variables = {
      ...{ owner, repo },
      ...(wanted.issues ? { issues: cursors.issues, issuePage: issuesPerPage } : {}),
      ...(wanted.pulls ? { pulls: cursors.pulls, pullPage: pullsPerPage } : {}),
    }
    const { data, errors } = await this.#client.graphql({ query, variables, signal })
    this.#note(errors)
    const { rateLimit, repository } = SnapshotPage.parse(data)
    this.#points += rateLimit?.cost ?? 0
    if (repository !== null) return repository
    const message = `GitHub knows no repository "${this.#repository}", or the token may not see it`
    throw new AppError('github_missing', message)
  }

  #note(errors: readonly GraphQlError[]): void {
    for (const { path, message } of errors) {
      const isChecks = path.includes('statusCheckRollup')
      if (isChecks) this.#mayReadChecks = false
      const what = isChecks ? 'checks' : String(path.findLast((part) => typeof part === 'string'))
      this.#gaps.add(`${what}: ${message.slice(0, 200)}`)
    }
  }

  #keep({ issues, pullRequests }: RepositoryPage): void {
    // What moved to another page between two reads is kept once, as it was read last.
    for (const node of issues?.nodes ?? [])
      if (node !== null) this.#issues.set(node.number, issueView(node))
    for (const node of pullRequests?.nodes ?? []) {
      if (node !== null) this.#pulls.set(node.number, pullView(node, this.#mayReadChecks))
    }
  }
}

type RepositoryPage = NonNullable<SnapshotPage['repository']>
type Wanted = { readonly issues: boolean; readonly pulls: boolean }
type Cursors = { readonly issues: string | null; readonly pulls: string | null }

const kinds = ['User', 'Bot', 'Mannequin', 'Organization', 'EnterpriseUserAccount'] as const

function actorView({
  login = '',
  __typename,
}: {
  login?: string | undefined
  __typename: string
}): ActorView {
  return { login, kind: kinds.find((kind) => kind === __typename) ?? 'User' }
}

function itemView(node: IssueNode | PullNode) {
  const { id, number, title, url, createdAt, updatedAt, author } = node
  return {
    ...{ id, number, title, url, createdAt, updatedAt },
    author: author === null ? null : actorView(author),
    labels: (node.labels?.nodes ?? []).map(({ name }) => name),
    assignees: (node.assignedActors?.nodes ?? []).map(actorView),
  }
}

function issueView(node: IssueNode): IssueView {
  const { parent, subIssuesSummary: subIssues } = node
  return { ...itemView(node), state: 'open', parent: parent?.number ?? null, subIssues }
}

function pullView(node: PullNode, mayReadChecks: boolean): PullView {
  return {
    ...itemView(node),
    isDraft: node.isDraft,
    head: node.headRefName,
    headSha: node.headRefOid,
    base: node.baseRefName,
    mergeable: oneOf(['mergeable', 'conflicting'], node.mergeable) ?? 'unknown',
    mergeState:
      oneOf(
        ['clean', 'behind', 'blocked', 'dirty', 'unstable', 'has_hooks'],
        node.mergeStateStatus,
      ) ?? 'unknown',
    review:
      oneOf(['approved', 'changes_requested', 'review_required'], node.reviewDecision ?? '') ??
      'none',
    checks: mayReadChecks ? checksOf(node.statusCheckRollup?.state ?? null) : 'unknown',
    isQueued: node.isInMergeQueue,
    closes: (node.closingIssuesReferences?.nodes ?? []).map(({ number }) => number),
  }
}

function checksOf(state: string | null): PullView['checks'] {
  switch (state) {
    case null:
      return 'none'
    case 'SUCCESS':
      return 'success'
    case 'FAILURE':
    case 'ERROR':
      return 'failure'
    case 'PENDING':
    case 'EXPECTED':
      return 'pending'
    default:
      return 'unknown'
  }
}

function oneOf<const T extends string>(known: readonly T[], value: string): T | undefined {
  const lower = value.toLowerCase()
  return known.find((one) => one === lower)
}
