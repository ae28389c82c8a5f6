import * as z from 'zod'
import { hookShape } from '../../shapes/check-shape.ts'
import type { Hook } from '../../state/entities.ts'
import { refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'
import { pageOf, type Reply, reply } from '../reply.ts'
import { access, type Route } from '../route.ts'

const Config = z.object({
  url: z.url(),
  content_type: z.string().optional(),
  secret: z.string().optional(),
  insecure_ssl: z.union([z.string(), z.number()]).optional(),
})
const NewHook = z.object({
  name: z.literal('web').optional(),
  config: Config,
  events: z.array(z.string()).optional(),
  active: z.boolean().optional(),
})
const HookEdit = z.object({
  config: Config.optional(),
  events: z.array(z.string()).optional(),
  add_events: z.array(z.string()).optional(),
  remove_events: z.array(z.string()).optional(),
  active: z.boolean().optional(),
})

const configOf = (config: z.output<typeof Config>): Hook['config'] => ({
  url: config.url,
  contentType: config.content_type ?? 'form',
  secret: config.secret ?? null,
  insecureSsl: String(config.insecure_ssl ?? 0),
})

function hookOf(call: Call): Hook {
  const hook = call.repository.hooks.get(call.number('hook_id'))
  if (hook === undefined) throw refuse.notFound()
  return hook
}

function create(call: Call): Reply {
  const { config, events = ['push'], active = true } = call.read(NewHook)
  const wanted = { config: configOf(config), events, isActive: active }
  const hook = call.world.state.repositories.createHook(call.repository, wanted)
  call.deliveries.ping(hook)
  const shape = hookShape(call.world, hook)
  return reply.created(shape, shape.url)
}

function edit(call: Call): Reply {
  const hook = hookOf(call)
  const wanted = call.read(HookEdit)
  const kept = wanted.events ?? hook.events
  const events = [...new Set([...kept, ...(wanted.add_events ?? [])])]
  hook.events = events.filter((event) => wanted.remove_events?.includes(event) !== true)
  hook.isActive = wanted.active ?? hook.isActive
  if (wanted.config !== undefined) hook.config = configOf(wanted.config)
  hook.updatedAt = call.world.clock.now()
  return reply.ok(hookShape(call.world, hook))
}

function listDeliveries(call: Call): Reply {
  const { perPage } = pageOf(call.query)
  const [cursor, status] = [call.query.get('cursor'), call.query.get('status')]
  const { items, next } = call.deliveries.list(hookOf(call), { perPage, cursor, status })
  if (next === null) return reply.ok(items)
  const target = new URL(call.url)
  target.searchParams.set('cursor', next)
  return { status: 200, body: items, headers: { link: `<${target.href}>; rel="next"` } }
}

function readDelivery(call: Call): Reply {
  const found = call.deliveries.get(hookOf(call), call.number('delivery_id'))
  if (found === undefined) throw refuse.notFound()
  return reply.ok(found)
}

function redeliver(call: Call): Reply {
  if (!call.deliveries.redeliver(hookOf(call), call.number('delivery_id'))) throw refuse.notFound()
  return reply.accepted({})
}

const hooks = '/repos/{owner}/{repo}/hooks'
const { hooksRead, hooksWrite } = access

export const hookRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: hooks,
    access: hooksRead,
    handle: (call) =>
      call.page([...call.repository.hooks.values()], (hook) => hookShape(call.world, hook)),
  },
  { method: 'POST', template: hooks, access: hooksWrite, handle: create },
  {
    method: 'GET',
    template: `${hooks}/{hook_id}`,
    access: hooksRead,
    handle: (call) => reply.ok(hookShape(call.world, hookOf(call))),
  },
  { method: 'PATCH', template: `${hooks}/{hook_id}`, access: hooksWrite, handle: edit },
  {
    method: 'DELETE',
    template: `${hooks}/{hook_id}`,
    access: hooksWrite,
    handle: (call) => {
      call.repository.hooks.delete(hookOf(call).id)
      return reply.nothing()
    },
  },
  {
    method: 'POST',
    template: `${hooks}/{hook_id}/pings`,
    access: hooksRead,
    handle: (call) => {
      call.deliveries.ping(hookOf(call))
      return reply.nothing()
    },
  },
  {
    method: 'GET',
    template: `${hooks}/{hook_id}/deliveries`,
    access: hooksRead,
    handle: listDeliveries,
  },
  {
    method: 'GET',
    template: `${hooks}/{hook_id}/deliveries/{delivery_id}`,
    access: hooksRead,
    handle: readDelivery,
  },
  {
    method: 'POST',
    template: `${hooks}/{hook_id}/deliveries/{delivery_id}/attempts`,
    access: hooksWrite,
    handle: redeliver,
  },
]
