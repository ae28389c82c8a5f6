import * as z from 'zod'
import {
  checkRunShape,
  checkSuiteShape,
  combinedStatusShape,
  statusShape,
} from '../../shapes/check-shape.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, type Route } from '../route.ts'

const Conclusion = z.enum([
  ...['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required'],
] as const satisfies readonly string[])
const Output = z.object({
  title: z.string().nullish(),
  summary: z.string().nullish(),
  text: z.string().nullish(),
})
const CheckEdit = z.object({
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: Conclusion.optional(),
  output: Output.optional(),
})
const NewCheck = CheckEdit.extend({
  name: z.string(),
  head_sha: z.string(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
})
const NewStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string().optional(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
})

async function shaOf(call: Call, name: string): Promise<string> {
  const sha = await call.world.git.of(call.repository).resolve(name)
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${name}`)
  return sha
}

async function runsOfCommit(call: Call): Promise<Reply> {
  const sha = await shaOf(call, call.param('ref'))
  const [name, status] = [call.query.get('check_name'), call.query.get('status')]
  const runs = call.world.state.checks
    .runsOf(call.repository, sha)
    .filter((run) => (name ?? run.name) === run.name && (status ?? run.status) === run.status)
  return call.wrappedPage(
    runs,
    (run) => checkRunShape(call.world, run),
    (check_runs) => ({ total_count: runs.length, check_runs }),
  )
}

async function suitesOfCommit(call: Call): Promise<Reply> {
  const sha = await shaOf(call, call.param('ref'))
  const suites = call.world.state.checks.suitesOf(call.repository, sha)
  const head = await call.world.git.of(call.repository).commit(sha)
  return call.wrappedPage(
    suites,
    (suite) => checkSuiteShape(call.world, suite, head),
    (check_suites) => ({ total_count: suites.length, check_suites }),
  )
}

async function statusOfCommit(call: Call): Promise<Reply> {
  const sha = await shaOf(call, call.param('ref'))
  return reply.ok(combinedStatusShape(call.world, call.repository, sha))
}

const outputOf = (given: z.output<typeof Output>) => ({
  ...{ title: given.title ?? null, summary: given.summary ?? null, text: given.text ?? null },
})

async function createCheck(call: Call): Promise<Reply> {
  const { token, repository, world } = call
  if (token.app === null) {
    throw new Refusal(403, 'You must authenticate via a GitHub App.')
  }
  const wanted = call.read(NewCheck)
  const run = world.state.checks.createRun(
    repository,
    {
      ...{ name: wanted.name, headSha: await shaOf(call, wanted.head_sha) },
      ...{ detailsUrl: wanted.details_url ?? null, externalId: wanted.external_id ?? '' },
      ...(wanted.status === undefined ? {} : { status: wanted.status }),
      ...(wanted.conclusion === undefined ? {} : { conclusion: wanted.conclusion }),
      ...(wanted.output === undefined ? {} : { output: outputOf(wanted.output) }),
    },
    { app: token.app, by: call.by },
  )
  return reply.created(checkRunShape(world, run))
}

function editCheck(call: Call): Reply {
  const { token, world } = call
  const run = world.state.checks.find(call.repository, call.number('check_run_id'))
  if (run === undefined) throw refuse.notFound()
  if (run.suite.app !== token.app) throw refuse.forbidden('Invalid app_id for check run')
  const { status, conclusion, output } = call.read(CheckEdit)
  world.state.checks.update(
    run,
    {
      ...(status === undefined ? {} : { status }),
      ...(conclusion === undefined ? {} : { conclusion }),
      ...(output === undefined ? {} : { output: outputOf(output) }),
    },
    call.by,
  )
  return reply.ok(checkRunShape(world, run))
}

async function createStatus(call: Call): Promise<Reply> {
  const { state, context = 'default', description, target_url } = call.read(NewStatus)
  const sha = await shaOf(call, call.param('sha'))
  const wanted = { sha, state, context, description: description ?? null }
  const status = call.world.state.checks.createStatus(
    call.repository,
    { ...wanted, targetUrl: target_url ?? null },
    call.by,
  )
  const shape = statusShape(call.world, call.repository, status)
  return reply.created(shape, shape.url)
}

const repository = '/repos/{owner}/{repo}'
const checksWrite = {
  ...access.checksRead,
  permissions: [{ checks: 'write' }],
  role: 'write',
} as const

export const checkRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: `${repository}/commits/{ref}/check-runs`,
    access: access.checksRead,
    handle: runsOfCommit,
  },
  {
    method: 'GET',
    template: `${repository}/commits/{ref}/check-suites`,
    access: access.checksRead,
    handle: suitesOfCommit,
  },
  {
    method: 'GET',
    template: `${repository}/commits/{ref}/status`,
    access: access.statusesRead,
    handle: statusOfCommit,
  },
  {
    method: 'POST',
    template: `${repository}/check-runs`,
    access: checksWrite,
    handle: createCheck,
  },
  {
    method: 'PATCH',
    template: `${repository}/check-runs/{check_run_id}`,
    access: checksWrite,
    handle: editCheck,
  },
  {
    method: 'POST',
    template: `${repository}/statuses/{sha}`,
    access: {
      permissions: [{ statuses: 'write' }],
      role: 'write',
      scopes: ['repo', 'repo:status'],
    },
    handle: createStatus,
  },
]
