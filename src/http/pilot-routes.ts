import type { Caller, PilotService } from '../contracts/index.ts'
import { PilotConfiguration, PilotFeedback, PilotMetrics, PilotStatus } from '../contracts/index.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { modelsPath } from './orchestration-routes.ts'
import { ActionBody, FeedbackReply, HistoryReply } from './orchestration-schemas.ts'
import { problemResponses } from './problem.ts'

const tags = ['pilot']

export function pilotRoutes(server: HttpServer, context: RouteContext): void {
  figuresRoutes(server, context)
  settingRoutes(server, context)
  for (const action of actions) actionRoute(server, context.pilot, action)
  feedbackRoute(server, context)
}

function figuresRoutes(server: HttpServer, { pilot }: RouteContext): void {
  server.route({
    method: 'GET',
    url: `${modelsPath}/pilot/status`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'getPilotStatus',
      summary: 'State and phase of the pilot, participation, verdict',
      tags,
      response: { 200: PilotStatus.describe('The status'), ...problemResponses() },
    },
    handler: async () => await pilot.status(),
  })
  server.route({
    method: 'GET',
    url: `${modelsPath}/pilot/metrics`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'getPilotMetrics',
      summary: 'The figures of both arms, the check of their sizes, the verdict and its reasons',
      tags,
      response: { 200: PilotMetrics.describe('The figures'), ...problemResponses() },
    },
    handler: async () => await pilot.metrics(),
  })
}

function settingRoutes(server: HttpServer, { pilot }: RouteContext): void {
  server.route({
    method: 'GET',
    url: `${modelsPath}/pilot/configuration`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'getPilotConfiguration',
      summary: 'Candidate, control, phases and eligibility as configured',
      tags,
      response: { 200: PilotConfiguration.describe('The configuration'), ...problemResponses() },
    },
    handler: () => pilot.configuration(),
  })
  server.route({
    method: 'GET',
    url: `${modelsPath}/pilot/history`,
    config: { role: 'viewer' },
    schema: {
      operationId: 'listPilotHistory',
      summary: 'Every change of the pilot: who, from what to what, why',
      tags,
      response: { 200: HistoryReply, ...problemResponses() },
    },
    handler: async () => ({ events: [...(await pilot.history())] }),
  })
}

type Action = {
  readonly name: 'start' | 'advance' | 'rollback' | 'stop' | 'undo'
  readonly operationId: string
  readonly summary: string
}

const actions: readonly Action[] = [
  { name: 'start', operationId: 'startPilot', summary: 'Start the pilot in its first phase' },
  {
    name: 'advance',
    operationId: 'advancePilot',
    summary: 'To the next phase, or by the verdict to promotion',
  },
  {
    name: 'rollback',
    operationId: 'rollbackPilot',
    summary: 'Give the candidate up: all requests go to the control',
  },
  {
    name: 'stop',
    operationId: 'stopPilot',
    summary: 'Kill switch: nothing more goes to the candidate, from the next submission on',
  },
  { name: 'undo', operationId: 'undoPilot', summary: 'Take back the last change' },
]

async function act(
  pilot: PilotService,
  { name }: Action,
  order: { readonly caller: Caller; readonly reason: string | undefined },
): Promise<PilotStatus> {
  const { caller, reason } = order
  switch (name) {
    case 'rollback':
    case 'stop':
      return await pilot[name](caller, reason ?? 'no reason given')
    case 'start':
    case 'advance':
    case 'undo':
      return await pilot[name](caller, reason)
  }
}

function actionRoute(server: HttpServer, pilot: PilotService, action: Action): void {
  server.route({
    method: 'POST',
    url: `${modelsPath}/pilot/${action.name}`,
    config: { role: 'admin' },
    schema: {
      operationId: action.operationId,
      summary: action.summary,
      tags,
      body: ActionBody,
      response: {
        200: PilotStatus.describe('The status afterwards'),
        ...problemResponses('media_type_unsupported', 'input_too_large', 'pilot_not_possible'),
      },
    },
    handler: async (request) =>
      await act(pilot, action, { caller: request.caller, reason: request.body?.reason }),
  })
}

function feedbackRoute(server: HttpServer, { pilot }: RouteContext): void {
  server.route({
    method: 'POST',
    url: `${modelsPath}/pilot/feedback`,
    config: { role: 'operator' },
    schema: {
      operationId: 'giveFeedback',
      summary: 'Rate the result of a run, or of one of its workloads, from 1 to 5',
      tags,
      body: PilotFeedback,
      response: {
        200: FeedbackReply,
        ...problemResponses('media_type_unsupported', 'input_too_large', 'not_found'),
      },
    },
    handler: async (request) => ({ kept: await pilot.feedback(request.body, request.caller) }),
  })
}
