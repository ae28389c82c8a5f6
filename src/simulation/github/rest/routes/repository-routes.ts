import * as z from 'zod'
import { actorShape } from '../../shapes/actor-shape.ts'
import { fullRepositoryShape, labelShape } from '../../shapes/repository-shape.ts'
import { refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { type Reply, reply } from '../reply.ts'
import { access, creating, type Route } from '../route.ts'
import { assignable } from './people.ts'

const NewLabel = z.object({
  name: z.string(),
  color: z
    .string()
    .regex(/^[0-9a-f]{6}$/i)
    .optional(),
  description: z.string().max(100).nullish(),
})

const LabelEdit = NewLabel.partial().extend({ new_name: z.string().optional() })

const Dispatch = z.object({
  event_type: z.string().min(1).max(100),
  client_payload: z.record(z.string(), z.unknown()).optional(),
})

/** GitHub's own limits on what a `repository_dispatch` carries. */
const mostPayloadKeys = 10
const largestPayload = 64 * 1024

function createLabel(call: Call): Reply {
  const { name, color, description } = call.read(NewLabel)
  const wanted = {
    name,
    description: description ?? null,
    ...(color === undefined ? {} : { color }),
  }
  const label = call.world.state.repositories.createLabel(call.repository, wanted, call.by)
  const shape = labelShape(call.world, label)
  return reply.created(shape, shape.url)
}

function editLabel(call: Call): Reply {
  const { repository, world } = call
  const label = world.state.repositories.label(repository, call.param('name'))
  if (label === undefined) throw refuse.notFound()
  const edit = call.read(LabelEdit)
  world.state.repositories.editLabel(label, { ...edit, name: edit.new_name })
  return reply.ok(labelShape(world, label))
}

function dispatch(call: Call): Reply {
  const { event_type, client_payload = {} } = call.read(Dispatch)
  if (Object.keys(client_payload).length > mostPayloadKeys) {
    throw refuse.invalid(`No more than ${mostPayloadKeys} properties are allowed; client_payload`)
  }
  if (JSON.stringify(client_payload).length >= largestPayload) {
    throw refuse.invalid('client_payload is too large.')
  }
  const event = { eventType: event_type, payload: client_payload }
  call.world.state.repositories.dispatch(call.repository, event, call.by)
  return reply.nothing()
}

function oneLabel(call: Call): Reply {
  const label = call.world.state.repositories.label(call.repository, call.param('name'))
  if (label === undefined) throw refuse.notFound()
  return reply.ok(labelShape(call.world, label))
}

/** A repository itself, its labels and who works there. */
export const repositoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}',
    access: access.metadata,
    handle: (call) => reply.ok(fullRepositoryShape(call.world, call.repository, call.token.actor)),
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/assignees',
    access: access.metadata,
    handle: (call) => call.page(assignable(call), (assignee) => actorShape(call.world, assignee)),
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/labels',
    access: access.issuesRead,
    handle: (call) =>
      call.page([...call.repository.labels.values()], (label) => labelShape(call.world, label)),
  },
  {
    method: 'POST',
    template: '/repos/{owner}/{repo}/labels',
    access: creating({ ...access.issuesWrite, role: 'write' }),
    handle: createLabel,
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/labels/{name}',
    access: access.issuesRead,
    handle: oneLabel,
  },
  {
    method: 'PATCH',
    template: '/repos/{owner}/{repo}/labels/{name}',
    access: { ...access.issuesWrite, role: 'write' },
    handle: editLabel,
  },
  {
    method: 'POST',
    template: '/repos/{owner}/{repo}/dispatches',
    access: access.contentsWrite,
    handle: dispatch,
  },
]
