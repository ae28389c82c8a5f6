import {
  type GatewayReply,
  type ModelReply,
  PaidModelError,
  type Refusal,
  type Reservation,
} from '../../contracts/index.ts'
import type { LaneState } from '../../engine/index.ts'
import { AppError, type ErrorCode, newId } from '../../shared/index.ts'
import type { GatewayParts, ModelTry } from './gateway-parts.ts'
import { deadForMs, heedFailure, heedSuccess } from './heed-outcome.ts'
import { defaultRestMs } from './lane-health.ts'
import { recordCall } from './record-call.ts'
import { reserveCall } from './reserve-call.ts'
import { settleCall } from './settle-call.ts'
import { restOf } from './shut-budgets.ts'
import { Spending } from './spending.ts'

export type TryOutcome =
  | { readonly kind: 'answered'; readonly reply: GatewayReply }
  /** Its lane is shut, or was found limited just now. */
  | { readonly kind: 'limited' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: AppError }

/** Breaker, then rate and budget, then the call: what is limited is passed over without calling. */
export async function tryModel(parts: GatewayParts, attempt: ModelTry): Promise<TryOutcome> {
  const state = parts.lanes.current(attempt.model.profile.lane.name)
  if (state !== null && state.shut !== null) return { kind: 'limited' }
  return state === null || state.dead === null
    ? await tryOpen(parts, attempt, state)
    : await tryDead(parts, attempt, { ...state, dead: state.dead })
}

type DeadLane = LaneState & { readonly dead: NonNullable<LaneState['dead']> }

/** Of all that would call a dead lane, one looks now and then whether somebody mended it. */
async function tryDead(
  parts: GatewayParts,
  attempt: ModelTry,
  state: DeadLane,
): Promise<TryOutcome> {
  const { health, profile } = attempt.model
  const { dead } = state
  const look = (): Promise<TryOutcome> => tryOpen(parts, { ...attempt, isLook: true }, state)
  // It died before this process began, perhaps with another configuration: the first who comes looks
  // at once, and the others wait for what it finds.
  if (health.isOlder(deadForMs - dead.forMs)) {
    if (health.look === null) return await health.lookWith(look())
    await health.look
    attempt.context.signal.throwIfAborted()
    return await tryModel(parts, attempt)
  }
  const isDue = dead.forMs <= 0 && (await parts.lanes.probeDead(state.name, deadForMs))
  if (isDue) return await look()
  return { kind: 'failed', error: refusedForGood(parts, profile.name, state) }
}

async function tryOpen(
  parts: GatewayParts,
  attempt: ModelTry,
  state: LaneState | null,
): Promise<TryOutcome> {
  const begun = performance.now()
  const { lanes } = parts
  const { model, context } = attempt
  const { lane } = model.profile
  const asked = reserveCall(parts, attempt)
  if (asked === null) return { kind: 'failed', error: priceUnknown(model.profile.name) }
  // Awaiting what is there already would cost every call a turn of the loop.
  const reserved = asked instanceof Promise ? await asked : asked
  if (reserved.kind === 'refusal') {
    if (reserved.reason === 'budget') return { kind: 'refused', refusal: reserved }
    await lanes.shut(lane.name, 'rate', restOf(parts, reserved, defaultRestMs))
    return { kind: 'limited' }
  }
  if (context.signal.aborted) {
    settleCall(parts, attempt, { reserved, usage: null, isCharged: false })
    throw context.signal.reason
  }
  if (asked instanceof Promise && closedMeanwhile(parts, state)) {
    settleCall(parts, attempt, { reserved, usage: null, isCharged: false })
    return { kind: 'limited' }
  }
  const spentMs = performance.now() - begun
  return await call(parts, attempt, { reserved, spentMs, before: state })
}

/** Reserving may take a while; a lane that was shut or opened its breaker then is not called. */
function closedMeanwhile({ lanes }: GatewayParts, before: LaneState | null): boolean {
  const now = before === null ? null : lanes.current(before.name)
  if (before === null || now === null) return false
  const isDead = now.dead !== null && now.dead.forMs > 0 && before.dead === null
  return now.shut !== null || isDead || (now.halfOpen && !before.halfOpen)
}

type Reserved = {
  readonly reserved: Reservation
  readonly spentMs: number
  /** The lane as it is known now. */
  readonly before: LaneState | null
}

async function call(
  parts: GatewayParts,
  attempt: ModelTry,
  { reserved, spentMs, before }: Reserved,
): Promise<TryOutcome> {
  const { model, request, context } = attempt
  const { system, prompt, schema } = request
  const id = newId(20)
  const at = new Date(parts.clock.now()).toISOString()
  const begun = performance.now()
  const spending = new Spending(parts, attempt, reserved)
  let reply: ModelReply
  try {
    reply = await model.client.generate({
      ...{ system, prompt, signal: context.signal },
      maxOutputTokens: parts.maxOutputTokens,
      headers: { 'x-maniple-event-id': id },
      ...(schema === undefined ? {} : { schema, beforeRepair: spending.beforeRepair }),
    })
  } catch (thrown) {
    const error = asAppError(thrown)
    const latencyMs = performance.now() - begun
    const usage = thrown instanceof PaidModelError ? thrown.usage : null
    const costUsd = spending.settle({ usage, isCharged: mayBeCharged(error) })
    recordCall(parts, attempt, { id, at, latencyMs, reply: usage, costUsd, error })
    context.signal.throwIfAborted()
    await heedFailure(parts, model, { error, ageMs: latencyMs, before })
    // A lane that asked for a rest is limited, and the task waits for it without losing a try.
    return error.code === 'model_rate_limited' ? { kind: 'limited' } : { kind: 'failed', error }
  }
  const end = performance.now()
  const latencyMs = end - begun
  const costUsd = spending.settle({ usage: reply, isCharged: true })
  recordCall(parts, attempt, { id, at, latencyMs, reply, costUsd, error: null })
  parts.metrics.overhead((spentMs + performance.now() - end) / 1000)
  await heedSuccess(parts, model, { ageMs: latencyMs, isLook: attempt.isLook ?? false })
  return { kind: 'answered', reply: answerOf(attempt, reply, { costUsd, latencyMs }) }
}

/** A time-out or a broken connection says nothing of what the provider did, and charges for. */
function mayBeCharged({ code, isRetryable }: AppError): boolean {
  return code === 'cancelled' || (code === 'model_failed' && isRetryable) || code === 'task_timeout'
}

const isRefusal = (code: string): code is Extract<ErrorCode, 'model_auth' | 'model_gone'> =>
  code === 'model_auth' || code === 'model_gone'

function refusedForGood(parts: GatewayParts, model: string, { dead }: DeadLane): AppError {
  const code = isRefusal(dead.code) ? dead.code : 'model_auth'
  // Another call looks just now, and if that is refused as well it is another while.
  const next =
    dead.forMs > 0 ? `it is not called again before ${dead.until.toISOString()}` : 'it is looked at'
  return new AppError(
    code,
    `the provider of the model "${model}" refused a call for good; ${next}: correct ${parts.configKeyOf(model)} in the configuration and start again`,
  )
}

export function priceUnknown(model: string): AppError {
  return new AppError(
    'price_unknown',
    `nobody knows what the model "${model}" costs, and a budget in usd applies: set models.${model}.price, or pricing.unknown: ceiling`,
  )
}

function answerOf(
  { model, isFallback }: ModelTry,
  reply: ModelReply,
  figures: { readonly costUsd: number | null; readonly latencyMs: number },
): GatewayReply {
  const { name, simulated } = model.profile
  return { ...reply, ...figures, model: name, fallback: isFallback, simulated }
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = 'the model client failed in a way that it did not name'
  return new AppError('model_failed', message, { cause: error })
}
