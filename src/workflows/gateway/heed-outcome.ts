import type { AppError } from '../../shared/index.ts'
import type { FleetModel, GatewayParts } from './gateway-parts.ts'

/** After a refusal for good, one call in so long looks whether somebody mended it. */
export const deadForMs = 300_000

type Failure = {
  readonly error: AppError
  /** How long ago the call began. */
  readonly ageMs: number
}

/** What a failure means for the lane, and so for everybody else. */
export async function heedFailure(
  { lanes, breaker }: GatewayParts,
  model: FleetModel,
  { error, ageMs }: Failure,
): Promise<void> {
  const lane = model.profile.lane.name
  const { health } = model
  switch (error.code) {
    case 'model_rate_limited':
      return await lanes.shut(lane, 'rate', health.restMs(error.retryAfterMs, { ageMs }))
    case 'model_auth':
    case 'model_gone':
      return await lanes.markDead(lane, error.code, deadForMs)
    case 'model_failed': {
      // A request that the provider finds bad says nothing about the provider.
      if (!error.isRetryable) return
      if (!health.failed(lanes.current(lane), { ageMs })) return
      await lanes.openBreaker(lane, { ...breaker, ageMs })
      return
    }
    default:
      return
  }
}

/** A lane whose breaker opened, or that was thought dead, is open to all again. */
export async function heedSuccess(
  { lanes }: GatewayParts,
  model: FleetModel,
  ageMs: number,
): Promise<void> {
  const state = lanes.current(model.profile.lane.name)
  model.health.succeeded(state)
  if (state === null) return
  if (state.halfOpen) await lanes.closeBreaker(state.name, ageMs)
  // An answer that was under way when the lane was found dead proves nothing.
  const isLater = state.dead !== null && ageMs < deadForMs - state.dead.forMs
  if (isLater) await lanes.revive(state.name)
}
