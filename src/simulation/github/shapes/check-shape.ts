import type { Commit } from '../git/objects.ts'
import type {
  CheckRun,
  CheckSuite,
  CommitStatus,
  Hook,
  Repository,
  Variable,
  Workflow,
  WorkflowRun,
} from '../state/entities.ts'
import type { World } from '../world.ts'
import { actorShape, appOrNull } from './actor-shape.ts'
import { simpleCommitShape } from './git-shape.ts'
import { pullUrl } from './issue-shape.ts'
import { minimalRepositoryShape, repositoryPage, repositoryUrl } from './repository-shape.ts'
import { iso, isoOrNull, type Shape } from './shape.ts'

/** The open pull requests that have this very head. */
function pullsAt(world: World, repository: Repository, sha: string): readonly Shape[] {
  const { id, name } = repository
  const repo = { id, url: repositoryUrl(world, repository), name }
  return world.state.pulls
    .open(repository)
    .filter(({ pull }) => pull.head.sha === sha)
    .map((issue) => ({
      ...{ id: issue.pull.id, number: issue.number, url: pullUrl(world, issue) },
      head: { ref: issue.pull.head.ref, sha, repo },
      base: { ref: issue.pull.base.ref, sha: issue.pull.base.sha, repo },
    }))
}

export function checkRunShape(world: World, run: CheckRun): Shape {
  const { repository } = run.suite
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`
  const html = `${repositoryPage(world, repository)}/runs/${run.id}`
  return {
    ...{ id: run.id, name: run.name, node_id: run.nodeId, head_sha: run.headSha },
    ...{ external_id: run.externalId, url, html_url: html, details_url: run.detailsUrl ?? html },
    ...{ status: run.status, conclusion: run.conclusion, started_at: iso(run.startedAt) },
    completed_at: isoOrNull(run.completedAt),
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suite.id },
    app: appOrNull(world, run.suite.app),
    pull_requests: pullsAt(world, repository, run.headSha),
  }
}

export function checkSuiteShape(world: World, suite: CheckSuite, head: Commit): Shape {
  const { repository } = suite
  const url = `${repositoryUrl(world, repository)}/check-suites/${suite.id}`
  const runs = repository.checkRuns.filter((run) => run.suite === suite).length
  return {
    ...{ id: suite.id, node_id: suite.nodeId, head_branch: suite.headBranch },
    ...{ head_sha: suite.headSha, status: suite.status, conclusion: suite.conclusion, url },
    ...{ before: head.parents[0] ?? null, after: suite.headSha },
    pull_requests: pullsAt(world, repository, suite.headSha),
    app: appOrNull(world, suite.app),
    repository: minimalRepositoryShape(world, repository),
    ...{ created_at: iso(suite.createdAt), updated_at: iso(suite.updatedAt) },
    head_commit: simpleCommitShape(head),
    ...{ latest_check_runs_count: runs, check_runs_url: `${url}/check-runs` },
  }
}

function statusCore(world: World, repository: Repository, status: CommitStatus): Shape {
  const avatar = actorShape(world, status.creator).avatar_url ?? null
  return {
    url: `${repositoryUrl(world, repository)}/statuses/${status.sha}`,
    ...{ avatar_url: avatar, id: status.id, node_id: status.nodeId, state: status.state },
    ...{ description: status.description, target_url: status.targetUrl, context: status.context },
    ...{ created_at: iso(status.createdAt), updated_at: iso(status.createdAt) },
  }
}

export const statusShape = (world: World, repository: Repository, status: CommitStatus): Shape => ({
  ...statusCore(world, repository, status),
  creator: actorShape(world, status.creator),
})

export function combinedStatusShape(world: World, repository: Repository, sha: string): Shape {
  const statuses = world.state.checks.statusesOf(repository, sha)
  const has = (...states: readonly string[]): boolean =>
    statuses.some(({ state }) => states.includes(state))
  const settled = has('pending') || statuses.length === 0 ? 'pending' : 'success'
  const url = repositoryUrl(world, repository)
  return {
    state: has('error', 'failure') ? 'failure' : settled,
    statuses: statuses.map((status) => statusCore(world, repository, status)),
    ...{ sha, total_count: statuses.length },
    repository: minimalRepositoryShape(world, repository),
    ...{ commit_url: `${url}/commits/${sha}`, url: `${url}/commits/${sha}/status` },
  }
}

export function workflowShape(world: World, workflow: Workflow): Shape {
  const { repository, path } = workflow
  const page = repositoryPage(world, repository)
  return {
    ...{ id: workflow.id, node_id: workflow.nodeId, name: workflow.name, path },
    state: workflow.state,
    ...{ created_at: iso(workflow.createdAt), updated_at: iso(workflow.updatedAt) },
    url: `${repositoryUrl(world, repository)}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  }
}

export function workflowRunShape(world: World, run: WorkflowRun, head: Commit): Shape {
  const { repository, workflow } = run
  const base = repositoryUrl(world, repository)
  const url = `${base}/actions/runs/${run.id}`
  const actor = actorShape(world, run.actor)
  const minimal = minimalRepositoryShape(world, repository)
  return {
    ...{ id: run.id, name: workflow.name, node_id: run.nodeId, head_branch: run.headBranch },
    ...{ head_sha: run.headSha, path: workflow.path, display_title: run.title },
    ...{ run_number: run.number, event: run.event, ...runState(run), workflow_id: workflow.id },
    ...{ check_suite_id: run.checkSuiteId, url },
    html_url: `${repositoryPage(world, repository)}/actions/runs/${run.id}`,
    pull_requests: pullsAt(world, repository, run.headSha),
    ...{ created_at: iso(run.createdAt), updated_at: iso(run.updatedAt) },
    ...{ actor, run_attempt: run.attempt, referenced_workflows: [] },
    ...{ run_started_at: iso(run.startedAt), triggering_actor: actor },
    ...{ jobs_url: `${url}/jobs`, logs_url: `${url}/logs`, artifacts_url: `${url}/artifacts` },
    check_suite_url: `${base}/check-suites/${run.checkSuiteId}`,
    ...{ cancel_url: `${url}/cancel`, rerun_url: `${url}/rerun`, previous_attempt_url: null },
    workflow_url: `${base}/actions/workflows/${workflow.id}`,
    head_commit: simpleCommitShape(head),
    ...{ repository: minimal, head_repository: minimal },
  }
}

/** GitHub shows a run that waits for approval as completed with `action_required`. */
function runState({ status, conclusion }: WorkflowRun): Shape {
  return status === 'action_required' ? { status: 'completed', conclusion } : { status, conclusion }
}

export const variableShape = ({ name, value, createdAt, updatedAt }: Variable): Shape => ({
  ...{ name, value, created_at: iso(createdAt), updated_at: iso(updatedAt) },
})

export function hookShape(world: World, hook: Hook): Shape {
  const url = `${repositoryUrl(world, hook.repository)}/hooks/${hook.id}`
  const { config } = hook
  return {
    ...{ type: 'Repository', id: hook.id, name: 'web', active: hook.isActive },
    events: hook.events,
    config: {
      ...{ content_type: config.contentType, insecure_ssl: config.insecureSsl, url: config.url },
      ...(config.secret === null ? {} : { secret: '********' }),
    },
    ...{ updated_at: iso(hook.updatedAt), created_at: iso(hook.createdAt), url },
    ...{ test_url: `${url}/test`, ping_url: `${url}/pings`, deliveries_url: `${url}/deliveries` },
    last_response: { code: null, status: 'unused', message: null },
  }
}
