import type { LaneState } from '../../engine/index.ts'
import type { AppError } from '../../shared/index.ts'
import type { FleetModel, GatewayParts } from './gateway-parts.ts'
import { openingOf } from './lane-health.ts'

/** After a refusal for good, one call in so long looks whether somebody mended it. */
export const deadForMs = 300_000

type Failure = {
  readonly error: AppError
  /** How long ago the call began. */
  readonly ageMs: number
  /** The lane as this process knew it then. */
  readonly before: LaneState | null
}

/** What a failure means for the lane, and so for everybody else. */
export async function heedFailure(
  parts: GatewayParts,
  model: FleetModel,
  failure: Failure,
): Promise<void> {
  // Known here before the task gives its place in the lane up, so that no other of this process
  // takes the place and calls.
  if (await closeLane(parts, model, failure)) await parts.lanes.refresh()
}

/** True when it did. */
async function closeLane(
  parts: GatewayParts,
  model: FleetModel,
  { error, ageMs, before }: Failure,
): Promise<boolean> {
  const { lanes, breaker } = parts
  const { profile, health } = model
  const lane = profile.lane.name
  switch (error.code) {
    case 'model_rate_limited':
      await lanes.shut(lane, 'rate', health.restMs(error.retryAfterMs, { ageMs }))
      return true
    case 'model_auth':
    case 'model_gone':
      warnOfRefusal(parts, model, error)
      await lanes.markDead(lane, error.code, deadForMs)
      return true
    case 'model_failed':
      // A request that the provider finds bad says nothing about the provider.
      if (!error.isRetryable || !health.failed(lanes.current(lane), before)) return false
      // Another process may have opened it and the news not have come yet.
      await lanes.refresh()
      if (openingOf(lanes.current(lane)) !== openingOf(before)) return false
      await lanes.openBreaker(lane, { ...breaker, ageMs })
      return true
    default:
      return false
  }
}

/** Once for each refusal: where a fallback answers, nothing else would tell of a wrong key. */
function warnOfRefusal(
  parts: GatewayParts,
  { profile, health }: FleetModel,
  error: AppError,
): void {
  if (!health.isNewRefusal(error.code)) return
  const { name: model, lane } = profile
  const fields = { model, lane: lane.name, code: error.code, reason: error.message }
  const correct = parts.configKeyOf(model)
  parts.log.warn(
    { ...fields, correct },
    'a model refused a call for good; correct its configuration',
  )
}

type Success = {
  /** How long ago the call began. */
  readonly ageMs: number
  /** It was made to see whether the dead lane was mended. */
  readonly isLook: boolean
}

/** A lane whose breaker opened, or that was thought dead, is open to all again. */
export async function heedSuccess(
  { lanes }: GatewayParts,
  model: FleetModel,
  { ageMs, isLook }: Success,
): Promise<void> {
  const state = lanes.current(model.profile.lane.name)
  model.health.succeeded(state)
  if (state === null) return
  if (state.halfOpen) await lanes.closeBreaker(state.name, ageMs)
  if (state.dead === null) return
  // An answer that was under way when the lane was found dead proves nothing. A look puts the time
  // off for which the lane is dead, to about its own beginning: there times cannot tell.
  if (!isLook && ageMs >= deadForMs - state.dead.forMs) return
  await lanes.revive(state.name)
  await lanes.refresh()
}
