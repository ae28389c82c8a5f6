import { estimateTokens } from '../../budget/index.ts'
import type { GatewayContext, ModelGateway, Refusal } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { shutBudgets } from './shut-budgets.ts'
import { type TryOutcome, tryModel } from './try-model.ts'
import { waitForWay } from './wait-for-way.ts'

/** See `ModelGateway`: tries the models in their order until one answers. */
export function createModelGateway(parts: GatewayParts): ModelGateway {
  return async (request, context) => {
    const { order } = request
    const inputTokens = estimateTokens(request.system) + estimateTokens(request.prompt)
    const told: Told = { failure: null, refusals: [], isLimited: false }
    const tried = new Set<string>()
    const limited = new Set<string>()
    let name = context.choice ?? order[0] ?? null
    if (name === null) throw new AppError('config_invalid', 'no model is configured')
    while (name !== null) {
      tried.add(name)
      limited.delete(name)
      const model = parts.fleet.get(name)
      const isFallback = name !== order[0]
      const outcome: TryOutcome =
        model === undefined
          ? { kind: 'failed', error: unknownModel(name) }
          : await tryModel(parts, { request, context, model, inputTokens, isFallback })
      if (outcome.kind === 'answered') return outcome.reply
      note(told, outcome)
      if (outcome.kind === 'limited') limited.add(name)
      const held: string = name
      name = await nextOf(order, tried, context)
      if (name !== null || told.failure === null || told.failure.isRetryable) continue
      const hopes = order.filter((one) => limited.has(one) || !tried.has(one))
      if (hopes.length === 0 || context.choice === null) continue
      const failed = [...tried].filter((one) => !limited.has(one))
      name = await waitForWay(parts, context, { hopes, failed, held })
      if (name === null) return null
    }
    if (told.failure !== null) throw told.failure
    const { refusals } = told
    const hasOthers = told.isLimited || order.some((other) => !tried.has(other))
    await shutBudgets(parts, { refusals, hasOthers, signal: context.signal })
    return null
  }
}

/** What the models that were tried had to say. */
type Told = { failure: AppError | null; readonly refusals: Refusal[]; isLimited: boolean }

function note(told: Told, outcome: Exclude<TryOutcome, { kind: 'answered' }>): void {
  if (outcome.kind === 'refused') told.refusals.push(outcome.refusal)
  if (outcome.kind === 'limited') told.isLimited = true
  // One that may go better another time says more than one that never will.
  if (outcome.kind === 'failed' && !(told.failure?.isRetryable ?? false)) {
    told.failure = outcome.error
  }
}

async function nextOf(
  order: readonly string[],
  tried: ReadonlySet<string>,
  context: GatewayContext,
): Promise<string | null> {
  const others = order.filter((name) => !tried.has(name))
  return others.length > 0 ? await context.takeWay(others) : null
}

function unknownModel(name: string): AppError {
  return new AppError(
    'config_invalid',
    `the task was routed to the model "${name}", which is not configured here any more`,
  )
}
