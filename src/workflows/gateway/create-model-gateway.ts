import { estimateTokens } from '../../budget/index.ts'
import type { GatewayContext, GatewayRequest, ModelGateway } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { foreseeModel } from './foresee-model.ts'
import type { GatewayParts, ModelTry } from './gateway-parts.ts'
import { shutBudgets } from './shut-budgets.ts'
import { Tries, type VainOutcome } from './tries.ts'
import { tryModel } from './try-model.ts'
import { waitForWay } from './wait-for-way.ts'

/** See `ModelGateway`: tries the models in their order until one answers. */
export function createModelGateway(parts: GatewayParts): ModelGateway {
  return async (request, context) => {
    const inputTokens = estimateTokens(request.system) + estimateTokens(request.prompt)
    const asked = { request, context, inputTokens }
    const tries = new Tries(request.order)
    let name: string | null = firstOf(request, context)
    while (name !== null) {
      const attempt = attemptOf(parts, asked, name)
      const outcome = attempt === null ? unknownModel(name) : await tryModel(parts, attempt)
      if (outcome.kind === 'answered') return outcome.reply
      tries.note(name, outcome)
      name = await nextOf(parts, asked, { tries, held: name })
    }
    return await giveUp(parts, asked, tries)
  }
}

/** The model whose lane the attempt holds, so that no place has to be swapped. */
function firstOf({ order }: GatewayRequest, { choice }: GatewayContext): string {
  const first = choice ?? order[0]
  if (first === undefined) throw new AppError('config_invalid', 'no model is configured')
  return first
}

type Asked = {
  readonly request: GatewayRequest
  readonly context: GatewayContext
  readonly inputTokens: number
}

/** Null for a model that is not configured. */
function attemptOf({ fleet }: GatewayParts, asked: Asked, name: string): ModelTry | null {
  const model = fleet.get(name)
  return model === undefined
    ? null
    : { ...asked, model, isFallback: name !== asked.request.order[0] }
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
    const attempt = attemptOf(parts, asked, name)
    const outcome = attempt === null ? unknownModel(name) : await foreseeModel(parts, attempt)
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

function unknownModel(name: string): VainOutcome {
  const message = `the task was routed to the model "${name}", which is not configured here any more`
  return { kind: 'failed', error: new AppError('config_invalid', message) }
}
