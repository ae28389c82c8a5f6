import * as z from 'zod'
import { variableShape, workflowRunShape, workflowShape } from '../../shapes/check-shape.ts'
import { repositoryPage, repositoryUrl } from '../../shapes/repository-shape.ts'
import type { Workflow, WorkflowRun } from '../../state/entities.ts'
import { Refusal, refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, type Route } from '../route.ts'

const mostInputs = 25
const Dispatch = z.object({
  ref: z.string(),
  inputs: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .optional(),
  return_run_details: z.boolean().optional(),
})
const NewVariable = z.object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
  value: z.string().max(48 * 1024),
})
const VariableEdit = NewVariable.partial()

function workflowOf(call: Call): Workflow {
  const found = call.world.state.workflows.find(call.repository, call.param('workflow_id'))
  if (found === undefined) throw refuse.notFound()
  return found
}

function runOf(call: Call): WorkflowRun {
  const run = call.repository.runs.get(call.number('run_id'))
  if (run === undefined) throw refuse.notFound()
  return run
}

async function runShape(call: Call, run: WorkflowRun): Promise<unknown> {
  const head = await call.world.git.of(call.repository).commit(run.headSha)
  return workflowRunShape(call.world, run, head)
}

async function dispatch(call: Call): Promise<Reply> {
  const { repository, world } = call
  const workflow = workflowOf(call)
  const { ref, inputs = {}, return_run_details: wantsDetails } = call.read(Dispatch)
  if (!workflow.triggers.includes('workflow_dispatch')) {
    throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
  }
  if (workflow.state !== 'active') {
    throw new Refusal(422, 'Cannot trigger a workflow_dispatch on a disabled workflow')
  }
  if (Object.keys(inputs).length > mostInputs) {
    throw new Refusal(
      422,
      `you may only define up to ${mostInputs} inputs for a workflow_dispatch event`,
    )
  }
  const headBranch = ref.replace(/^refs\/heads\//, '')
  const headSha = await world.git.of(repository).branch(headBranch)
  if (headSha === null) throw new Refusal(422, `No ref found for: ${ref}`)
  const run = world.state.workflows.start(
    repository,
    { workflow, event: 'workflow_dispatch', title: workflow.name, headBranch, headSha, inputs },
    call.by,
  )
  if (wantsDetails !== true) return reply.nothing()
  return reply.ok({
    workflow_run_id: run.id,
    run_url: `${repositoryUrl(world, repository)}/actions/runs/${run.id}`,
    html_url: `${repositoryPage(world, repository)}/actions/runs/${run.id}`,
  })
}

async function listRuns(call: Call): Promise<Reply> {
  const { query } = call
  const wanted = (name: string, has: string | null): boolean =>
    !query.has(name) || query.get(name) === has
  const isOf = (run: WorkflowRun): boolean =>
    call.param('workflow_id') === '' || run.workflow === workflowOf(call)
  const runs = [...call.repository.runs.values()]
    .reverse()
    .filter(
      (run) =>
        isOf(run) &&
        wanted('branch', run.headBranch) &&
        wanted('event', run.event) &&
        wanted('head_sha', run.headSha) &&
        wanted('actor', run.actor.login) &&
        (wanted('status', run.status) || wanted('status', run.conclusion)),
    )
  return await call.pageAsync(
    runs,
    (run) => runShape(call, run),
    (workflow_runs) => ({ total_count: runs.length, workflow_runs }),
  )
}

function createVariable(call: Call): Reply {
  const { name, value } = call.read(NewVariable)
  call.world.state.repositories.createVariable(call.repository, name, value)
  return reply.created({})
}

function editVariable(call: Call): Reply {
  const { value } = call.read(VariableEdit)
  const name = call.param('name')
  if (value !== undefined) {
    call.world.state.repositories.setVariable(call.repository, name, { value, by: call.by })
  }
  return reply.nothing()
}

function readVariable(call: Call): Reply {
  const variable = call.repository.variables.get(call.param('name').toUpperCase())
  if (variable === undefined) throw refuse.notFound()
  return reply.ok(variableShape(variable))
}

function deleteVariable(call: Call): Reply {
  if (!call.repository.variables.delete(call.param('name').toUpperCase())) throw refuse.notFound()
  return reply.nothing()
}

const actions = '/repos/{owner}/{repo}/actions'
const { actionsRead, actionsWrite, variablesRead, variablesWrite } = access

const workflowRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: `${actions}/workflows`,
    access: actionsRead,
    handle: (call) => {
      const all = [...call.repository.workflows.values()].filter(({ state }) => state !== 'deleted')
      return call.wrappedPage(
        all,
        (workflow) => workflowShape(call.world, workflow),
        (workflows) => ({ total_count: all.length, workflows }),
      )
    },
  },
  {
    method: 'GET',
    template: `${actions}/workflows/{workflow_id}`,
    access: actionsRead,
    handle: (call) => reply.ok(workflowShape(call.world, workflowOf(call))),
  },
  {
    method: 'POST',
    template: `${actions}/workflows/{workflow_id}/dispatches`,
    access: actionsWrite,
    handle: dispatch,
  },
  {
    method: 'PUT',
    template: `${actions}/workflows/{workflow_id}/enable`,
    access: actionsWrite,
    handle: (call) => {
      call.world.state.workflows.setState(workflowOf(call), 'active')
      return reply.nothing()
    },
  },
  {
    method: 'PUT',
    template: `${actions}/workflows/{workflow_id}/disable`,
    access: actionsWrite,
    handle: (call) => {
      call.world.state.workflows.setState(workflowOf(call), 'disabled_manually')
      return reply.nothing()
    },
  },
  {
    method: 'GET',
    template: `${actions}/workflows/{workflow_id}/runs`,
    access: actionsRead,
    handle: listRuns,
  },
]

const runRoutes: readonly Route[] = [
  { method: 'GET', template: `${actions}/runs`, access: actionsRead, handle: listRuns },
  {
    method: 'GET',
    template: `${actions}/runs/{run_id}`,
    access: actionsRead,
    handle: async (call) => reply.ok(await runShape(call, runOf(call))),
  },
  {
    method: 'POST',
    template: `${actions}/runs/{run_id}/approve`,
    access: actionsWrite,
    handle: (call) => {
      call.world.state.workflows.approve(runOf(call))
      return reply.created({})
    },
  },
  {
    method: 'POST',
    template: `${actions}/runs/{run_id}/cancel`,
    access: actionsWrite,
    handle: (call) => {
      call.world.state.workflows.cancel(runOf(call))
      return reply.accepted({})
    },
  },
  {
    method: 'POST',
    template: `${actions}/runs/{run_id}/rerun`,
    access: actionsWrite,
    handle: (call) => {
      call.world.state.workflows.rerun(runOf(call))
      return reply.created({})
    },
  },
]

const variableRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: `${actions}/variables`,
    access: variablesRead,
    handle: (call) => {
      const all = [...call.repository.variables.values()]
      return call.wrappedPage(all, variableShape, (variables) => ({
        ...{ total_count: all.length, variables },
      }))
    },
  },
  {
    method: 'POST',
    template: `${actions}/variables`,
    access: variablesWrite,
    handle: createVariable,
  },
  {
    method: 'GET',
    template: `${actions}/variables/{name}`,
    access: variablesRead,
    handle: readVariable,
  },
  {
    method: 'PATCH',
    template: `${actions}/variables/{name}`,
    access: variablesWrite,
    handle: editVariable,
  },
  {
    method: 'DELETE',
    template: `${actions}/variables/{name}`,
    access: variablesWrite,
    handle: deleteVariable,
  },
]

/** GitHub Actions: workflows, their runs, repository variables. */
export const actionRoutes: readonly Route[] = [...workflowRoutes, ...runRoutes, ...variableRoutes]
