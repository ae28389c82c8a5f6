import { estimateTokens } from '../../budget/index.ts'
import type { GatewayContext, GatewayRequest, ModelGateway } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { shutBudgets } from './shut-budgets.ts'
import { Tries } from './tries.ts'
import { type TryOutcome, tryModel } from './try-model.ts'
import { waitForWay } from './wait-for-way.ts'

/** See `ModelGateway`: tries the models in their order until one answers. */
export function createModelGateway(parts: GatewayParts): ModelGateway {
  return async (request, context) => {
    const inputTokens = estimateTokens(request.system) + estimateTokens(request.prompt)
    const tries = new Tries(request.order)
    let name: string | null = firstOf(request, context)
    while (name !== null) {
      const outcome = await tryNamed(parts, { request, context, inputTokens }, name)
      if (outcome.kind === 'answered') return outcome.reply
      tries.note(name, outcome)
      name = await nextOf(parts, context, { tries, held: name })
    }
    return await giveUp(parts, context, tries)
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

async function tryNamed(parts: GatewayParts, asked: Asked, name: string): Promise<TryOutcome> {
  const model = parts.fleet.get(name)
  if (model === undefined) return { kind: 'failed', error: unknownModel(name) }
  const isFallback = name !== asked.request.order[0]
  return await tryModel(parts, { ...asked, model, isFallback })
}

type SoFar = {
  readonly tries: Tries
  /** The model whose lane the attempt holds. */
  readonly held: string
}

/** The next model to try; null when there is none, or none for a long time. */
async function nextOf(
  parts: GatewayParts,
  context: GatewayContext,
  { tries, held }: SoFar,
): Promise<string | null> {
  const { untried, hopes, failed } = tries
  const next = untried.length > 0 ? await context.takeWay(untried) : null
  if (next !== null || !waits(tries, context)) return next
  return await waitForWay(parts, context, { hopes, failed, held })
}

/** Without a lane of its own there is no place to be waited for. */
const waits = (tries: Tries, { choice }: GatewayContext): boolean =>
  choice !== null && tries.isWorthWaiting

/** No model answered: it waited in vain, or one failed, or all are limited. */
async function giveUp(parts: GatewayParts, context: GatewayContext, tries: Tries): Promise<null> {
  const { failure, refusals, hopes } = tries
  if (waits(tries, context)) return null
  if (failure !== null) throw failure
  await shutBudgets(parts, { refusals, hasOthers: hopes.length > 0, signal: context.signal })
  return null
}

function unknownModel(name: string): AppError {
  return new AppError(
    'config_invalid',
    `the task was routed to the model "${name}", which is not configured here any more`,
  )
}
