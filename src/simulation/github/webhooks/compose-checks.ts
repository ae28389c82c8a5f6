import { changedFiles } from '../git/changed-files.ts'
import { actorShape } from '../shapes/actor-shape.ts'
import {
  checkRunShape,
  checkSuiteShape,
  workflowRunShape,
  workflowShape,
} from '../shapes/check-shape.ts'
import { simpleCommitShape } from '../shapes/git-shape.ts'
import { repositoryPage, repositoryUrl } from '../shapes/repository-shape.ts'
import { iso, type Shape } from '../shapes/shape.ts'
import type { CheckSuite, Repository } from '../state/entities.ts'
import { type Happened, noSha } from '../state/happened.ts'
import type { World } from '../world.ts'
import {
  innerRepository,
  type Outgoing,
  senderPart,
  surroundings,
  without,
} from './payload-parts.ts'

type Of<Kind extends Happened['kind']> = Extract<Happened, { kind: Kind }>

/** GitHub lists no more of one push. */
const mostCommits = 2048

export function checkRunEvent(
  world: World,
  happened: Of<'check_run.created' | 'check_run.completed'>,
): Outgoing {
  const action = happened.kind.slice('check_run.'.length)
  const { run, repository, by } = happened
  const shape = checkRunShape(world, run)
  const checkRun = { ...shape, check_suite: simpleSuite(world, run.suite, shape) }
  return {
    ...{ repository, event: 'check_run', action, complete: null },
    payload: {
      ...{ action, check_run: checkRun },
      ...surroundings(world, repository, senderPart(world, by.actor)),
    },
  }
}

function simpleSuite(world: World, suite: CheckSuite, run: Shape): Shape {
  return {
    ...{ id: suite.id, node_id: suite.nodeId, head_branch: suite.headBranch },
    ...{ head_sha: suite.headSha, status: suite.status, conclusion: suite.conclusion },
    url: `${repositoryUrl(world, suite.repository)}/check-suites/${suite.id}`,
    ...{ before: null, after: suite.headSha },
    ...{ pull_requests: run.pull_requests ?? [], app: run.app ?? null },
    ...{ created_at: iso(suite.createdAt), updated_at: iso(suite.updatedAt) },
  }
}

export function checkSuiteEvent(world: World, happened: Of<'check_suite.completed'>): Outgoing {
  const { suite, repository, by } = happened
  const at = { ...suite }
  return {
    ...{ repository, event: 'check_suite', action: 'completed' },
    payload: {
      action: 'completed',
      ...surroundings(world, repository, senderPart(world, by.actor)),
    },
    complete: async (payload) => {
      const head = await world.git.of(repository).commit(at.headSha)
      const runs = repository.checkRuns.filter((run) => run.suite === suite).length
      const shape = { ...checkSuiteShape(world, at, head), latest_check_runs_count: runs }
      return { ...payload, check_suite: without(shape, 'repository') }
    },
  }
}

export function workflowRunEvent(
  world: World,
  happened: Of<'run.requested' | 'run.in_progress' | 'run.completed'>,
): Outgoing {
  const action = happened.kind.slice('run.'.length)
  const { run, repository, by } = happened
  const at = { ...run }
  const suite = repository.checkSuites.find(({ id }) => id === run.checkSuiteId)
  return {
    ...{ repository, event: 'workflow_run', action },
    payload: {
      ...{ action, workflow: workflowShape(world, run.workflow) },
      ...surroundings(world, repository, senderPart(world, by.actor)),
    },
    complete: async (payload) => {
      const head = await world.git.of(repository).commit(at.headSha)
      const shape = workflowRunShape(world, at, head)
      const suiteId = suite?.nodeId ?? ''
      return { ...payload, workflow_run: { ...shape, check_suite_node_id: suiteId } }
    },
  }
}

export function pushEvent(world: World, happened: Of<'push'>): Outgoing {
  const { ref, before, after, isForced, repository, by } = happened
  const page = repositoryPage(world, repository)
  const [created, deleted] = [before === noSha, after === noSha]
  const range = `${before.slice(0, 12)}...${after.slice(0, 12)}`
  return {
    ...{ repository, event: 'push', action: null },
    payload: {
      ...{ ref, before, after, base_ref: null, created, deleted, forced: isForced },
      ...{ compare: `${page}/compare/${range}`, commits: [], head_commit: null },
      ...{ pusher: { name: by.actor.login, email: by.actor.email } },
      ...surroundings(world, repository, senderPart(world, by.actor)),
      repository: pushedRepository(world, repository),
    },
    complete: async (payload) => {
      if (deleted) return payload
      const git = world.git.of(repository)
      const shas = created ? [after] : await git.commitsBetween(before, after)
      const commits: Shape[] = []
      for (const sha of shas.slice(-mostCommits)) {
        commits.push(await pushedCommit(world, repository, sha))
      }
      const head = await pushedCommit(world, repository, after)
      return { ...payload, commits: created ? [] : commits, head_commit: head }
    },
  }
}

async function pushedCommit(world: World, repository: Repository, sha: string): Promise<Shape> {
  const git = world.git.of(repository)
  const commit = await git.commit(sha)
  const files = await changedFiles(git, commit.parents[0] ?? null, sha)
  const paths = (wanted: string): readonly string[] =>
    files.filter(({ status }) => status === wanted).map(({ path }) => path)
  const named = ({ name, email }: { readonly name: string; readonly email: string }): Shape => ({
    ...{ name, email, username: /^\d+\+(.+)@/.exec(email)?.[1] ?? name },
  })
  return {
    ...{ ...simpleCommitShape(commit), distinct: true },
    ...{ author: named(commit.author), committer: named(commit.committer) },
    url: `${repositoryPage(world, repository)}/commit/${sha}`,
    ...{ added: paths('added'), removed: paths('removed') },
    modified: [...paths('modified'), ...paths('renamed')],
  }
}

/** In a push, and only there, two times are seconds, and there is `stargazers`. */
function pushedRepository(world: World, repository: Repository): Shape {
  const { owner } = repository
  const seconds = (at: number): number => Math.floor(at / 1000)
  return {
    ...innerRepository(world, repository),
    owner: { ...actorShape(world, owner), name: owner.login, email: owner.email },
    created_at: seconds(repository.createdAt),
    pushed_at: seconds(repository.pushedAt),
    ...{ stargazers: 0, master_branch: repository.defaultBranch },
  }
}
