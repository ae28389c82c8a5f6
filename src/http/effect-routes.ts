import * as z from 'zod'
import {
  type EffectDecision,
  EffectRecord,
  EffectState,
  EffectSummary,
  GatePause,
  RepositoryName,
} from '../contracts/index.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { ActionBody } from './orchestration-schemas.ts'
import { problemResponses } from './problem.ts'

type Gate = RouteContext['gate']

const tags = ['gate']
const base = '/api/v1/effects'

const EffectsQuery = z.strictObject({
  state: EffectState.optional().describe('asked: waits for a person'),
  run: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'no id of a run: letters, digits, _ and -, at most 64')
    .optional(),
  repository: RepositoryName.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100).describe('At most so many'),
})
const EffectParams = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'no id of an effect: letters, digits, _ and -, at most 64')
    .describe('Id of an effect'),
})
const EffectsReply = z
  .object({ effects: z.array(EffectSummary) })
  .describe('Effects, newest first, without their texts and files')
const EffectReply = z.object({ effect: EffectRecord }).describe('The effect')
const GateReply = z
  .object({
    paused: z.boolean().describe('Nothing is performed in any repository'),
    pauses: z.array(GatePause),
  })
  .describe('Whether effects are performed, and who said no')

/** What the gate asks a person for, and the person's word. */
export function effectRoutes(server: HttpServer, { gate }: RouteContext): void {
  listRoute(server, gate)
  oneRoute(server, gate)
  for (const verdict of ['approve', 'deny'] as const) decisionRoute(server, gate, verdict)
  gateRoute(server, gate)
  pauseRoute(server, gate)
  resumeRoute(server, gate)
}

function listRoute(server: HttpServer, gate: Gate): void {
  server.route({
    method: 'GET',
    url: base,
    config: { role: 'viewer' },
    schema: {
      operationId: 'listEffects',
      summary: 'Changes outside that were asked for, newest first, and what became of them',
      tags,
      querystring: EffectsQuery,
      response: { 200: EffectsReply, ...problemResponses() },
    },
    handler: async (request) => {
      const found = await gate.list(request.query)
      return { effects: found.map(({ effect: _effect, receipt: _receipt, ...rest }) => rest) }
    },
  })
}

function oneRoute(server: HttpServer, gate: Gate): void {
  server.route({
    method: 'GET',
    url: `${base}/:id`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'getEffect',
      summary: 'One effect, with all that it would change',
      tags,
      params: EffectParams,
      response: { 200: EffectReply, ...problemResponses('not_found') },
    },
    handler: async (request) => ({ effect: await gate.get(request.params.id) }),
  })
}

const summaries = {
  approve: 'Allow an effect that waits for a person, or one that failed once more',
  deny: 'Refuse an effect that waits for a person',
} as const

function decisionRoute(server: HttpServer, gate: Gate, verdict: EffectDecision['verdict']): void {
  server.route({
    method: 'POST',
    url: `${base}/:id/${verdict}`,
    config: { role: 'operator' },
    schema: {
      operationId: `${verdict}Effect`,
      summary: summaries[verdict],
      tags,
      params: EffectParams,
      body: ActionBody,
      response: {
        200: EffectReply,
        ...problemResponses(
          ...(['effect_not_waiting', 'input_too_large'] as const),
          ...(['media_type_unsupported', 'not_found'] as const),
        ),
      },
    },
    handler: async ({ params, body, caller }) => {
      const decision = { by: caller.user, verdict, reason: body?.reason ?? '' }
      return { effect: await gate.decide(params.id, decision) }
    },
  })
}

async function standing(gate: Gate): Promise<z.infer<typeof GateReply>> {
  const pauses = await gate.pauses()
  return { paused: pauses.some(({ repository }) => repository === null), pauses: [...pauses] }
}

function gateRoute(server: HttpServer, gate: Gate): void {
  server.route({
    method: 'GET',
    url: '/api/v1/gate',
    config: { role: 'viewer' },
    schema: {
      operationId: 'getGate',
      summary: 'Whether effects are performed or paused, and by whom',
      tags,
      response: { 200: GateReply, ...problemResponses() },
    },
    handler: async () => await standing(gate),
  })
}

function pauseRoute(server: HttpServer, gate: Gate): void {
  server.route({
    method: 'POST',
    url: '/api/v1/gate/pause',
    config: { role: 'admin' },
    schema: {
      operationId: 'pauseGate',
      summary: 'Kill switch: nothing more is changed outside, by any process; what runs goes on',
      tags,
      body: ActionBody,
      response: {
        200: GateReply,
        ...problemResponses('input_too_large', 'media_type_unsupported'),
      },
    },
    handler: async ({ body, caller }) => {
      await gate.pause(caller.user, body?.reason ?? '')
      return await standing(gate)
    },
  })
}

function resumeRoute(server: HttpServer, gate: Gate): void {
  server.route({
    method: 'POST',
    url: '/api/v1/gate/resume',
    config: { role: 'admin' },
    schema: {
      operationId: 'resumeGate',
      summary: 'Perform again what is allowed',
      tags,
      response: { 200: GateReply, ...problemResponses() },
    },
    handler: async ({ caller }) => {
      await gate.resume(caller.user)
      return await standing(gate)
    },
  })
}
