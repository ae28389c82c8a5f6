import type { WidthLimitName } from './measure-limits.ts'
import type { WidthLimits } from './width-facts.ts'

/** The limits as if the named one did not exist. `graph` and `tasks` are not among them. */
export function liftLimit(limits: WidthLimits, name: WidthLimitName): WidthLimits {
  switch (name) {
    case 'tasks':
    case 'graph':
      return limits
    case 'slots':
      return { ...limits, slots: null }
    case 'runners':
      return { ...limits, runners: null }
    case 'lane_places':
      return { ...limits, lanes: limits.lanes.map((lane) => ({ ...lane, places: null })) }
    case 'lane_requests':
      return { ...limits, lanes: limits.lanes.map((one) => ({ ...one, requestsPerMinute: null })) }
    case 'lane_tokens':
      return { ...limits, lanes: limits.lanes.map((one) => ({ ...one, tokensPerMinute: null })) }
    case 'copilot_sessions':
      return { ...limits, copilotSessions: null }
    case 'open_pulls':
      return { ...limits, openPulls: null }
    case 'creations_per_minute':
      return { ...limits, creationsPerMinute: null }
    case 'creations_per_hour':
      return { ...limits, creationsPerHour: null }
    case 'write_spacing':
      return { ...limits, writeSpacingMs: 0 }
    case 'reviews_per_hour':
      return { ...limits, reviewsPerHour: null }
    case 'actions_minutes':
      return { ...limits, actionsMinutesLeft: null }
    default: {
      const unit = name.slice('budget:'.length)
      return { ...limits, budgets: limits.budgets.filter((budget) => budget.unit !== unit) }
    }
  }
}
