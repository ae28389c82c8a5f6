import type { Account } from '../contracts/index.ts'

/**
 * How much of a minute's allowance may gather while a lane rests. In any window the lane then gets at
 * most the window's share and this much more; providers judge rates over 1 to 60 seconds.
 */
const gatheredShare = 1 / 6

/** The rates of a lane, in the units `requests` and `tokens`. */
export function laneAccounts(lane: {
  readonly name: string
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
}): readonly Account[] {
  const { name, requestsPerMinute, tokensPerMinute } = lane
  return [
    ...rateAccount(name, 'requests', requestsPerMinute),
    ...rateAccount(name, 'tokens', tokensPerMinute),
  ]
}

function rateAccount(lane: string, unit: string, perMinute: number | null): readonly Account[] {
  if (perMinute === null) return []
  const limit = Math.max(1, perMinute * gatheredShare)
  return [{ id: `lane:${lane}:rate:${unit}`, unit, limit, perMinute, periodEnd: null }]
}
