import { estimateTokens } from '../../budget/index.ts'
import type {
  FallbackReason,
  GatewayContext,
  GatewayReply,
  GatewayRequest,
  ModelGateway,
} from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { foreseeModel } from './foresee-model.ts'
import type { GatewayParts, ModelTry } from './gateway-parts.ts'
import { defaultRestMs } from './lane-health.ts'
import { shutBudgets } from './shut-budgets.ts'
import { Tries } from './tries.ts'
import { tryModel } from './try-model.ts'
import { waitForWay } from './wait-for-way.ts'

/**
 * See `ModelGateway`: tries the models in their order until one answers. Those that only another
 * process has are passed over.
 */
export function createModelGateway(parts: GatewayParts): ModelGateway {
  return async (request, context) => {
    const inputTokens = estimateTokens(request.system) + estimateTokens(request.prompt)
    const asked = { request, context, inputTokens }
    const known = request.order.filter((name) => parts.fleet.has(name))
    const first = await firstOf(parts, known, context)
    if (first === null) return await leaveToOthers(parts, context)
    const tries = new Tries(known)
    let name: string | null = first
    while (name !== null) {
      const outcome = await tryModel(parts, attemptOf(parts, asked, name))
      if (outcome.kind === 'answered') return explained(parts, outcome.reply, { request, tries })
      tries.note(name, outcome)
      name = await nextOf(parts, asked, { tries, held: name })
    }
    return await giveUp(parts, asked, tries)
  }
}

/** The model whose lane the attempt holds, so that no place has to be swapped; null where there is none. */
async function firstOf(
  { fleet }: GatewayParts,
  known: readonly string[],
  { choice, takeWay }: GatewayContext,
): Promise<string | null> {
  if (choice === null) return known[0] ?? null
  if (fleet.has(choice)) return choice
  return known.length > 0 ? await takeWay(known) : null
}

/**
 * A worker is not given what only models of other processes can do; should it come all the same, it
 * goes back, and not so fast that it would be all there is to do.
 */
async function leaveToOthers({ clock }: GatewayParts, { signal }: GatewayContext): Promise<null> {
  await clock.sleep(defaultRestMs, signal)
  return null
}

type Course = { readonly request: GatewayRequest; readonly tries: Tries }

/** A fallback's answer comes with the reason why the first choice did not answer. */
function explained(parts: GatewayParts, reply: GatewayReply, course: Course): GatewayReply {
  const [first] = course.request.order
  if (!reply.fallback || first === undefined) return reply
  const code = course.tries.codeOf(first) ?? whyNotTried(parts, first)
  const fallbackReason: FallbackReason = { from: first, code }
  return { ...reply, fallbackReason }
}

/** Why a task was given to another model at once. */
function whyNotTried({ fleet, lanes }: GatewayParts, name: string): string {
  const model = fleet.get(name)
  if (model === undefined) return 'not_configured'
  const lane = lanes.current(model.profile.lane.name)
  return lane?.dead?.code ?? lane?.shut?.reason ?? 'lane'
}

type Asked = {
  readonly request: GatewayRequest
  readonly context: GatewayContext
  readonly inputTokens: number
}

function attemptOf({ fleet }: GatewayParts, asked: Asked, name: string): ModelTry {
  const model = fleet.get(name)
  if (model === undefined) throw new AppError('internal', 'a model that nobody knows was chosen')
  return { ...asked, model, isFallback: name !== asked.request.order[0] }
}

type SoFar = {
  readonly tries: Tries
  /** The model whose lane the attempt holds. */
  readonly held: string
}

/** The next model to try; null when there is none, or none for a long time. */
async function nextOf(
  parts: GatewayParts,
  asked: Asked,
  { tries, held }: SoFar,
): Promise<string | null> {
  const { context } = asked
  const { untried } = tries
  const next = untried.length > 0 ? await context.takeWay(untried) : null
  if (next !== null) return next
  if (tries.hangsOnHopes) await dropVainHopes(parts, asked, tries)
  if (!waits(tries, context)) return null
  const { hopes, failed } = tries
  return await waitForWay(parts, context, { hopes, failed, held })
}

/**
 * A model that is only full or shut is no hope where a budget would refuse it as well: it may be full
 * of tasks that come and go for that very reason, and each would wait for the others.
 */
async function dropVainHopes(parts: GatewayParts, asked: Asked, tries: Tries): Promise<void> {
  for (const name of tries.hopes) {
    const outcome = await foreseeModel(parts, attemptOf(parts, asked, name))
    if (outcome !== null) tries.note(name, outcome)
  }
}

/** Without a lane of its own there is no place to be waited for. */
const waits = (tries: Tries, { choice }: GatewayContext): boolean =>
  choice !== null && tries.isWorthWaiting

/** No model answered: it waited in vain, or one failed, or all are limited. */
async function giveUp(parts: GatewayParts, asked: Asked, tries: Tries): Promise<null> {
  const { context, request } = asked
  const { failure, refusals, hopes } = tries
  if (waits(tries, context)) return null
  if (failure !== null) throw failure
  const { runId } = request.subject
  await shutBudgets(parts, { refusals, runId, hasOthers: hopes.length > 0, signal: context.signal })
  return null
}
