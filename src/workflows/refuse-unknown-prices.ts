import type { Account } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import type { Fleet } from './gateway/gateway-parts.ts'

/**
 * Throws `price_unknown` where a budget in dollars holds and nobody knows what any of a task's models
 * costs: better when the work is given than when it is done.
 */
export function refuseUnknownPrices(
  fleet: Fleet,
  accounts: readonly Account[],
  orders: readonly (readonly string[])[],
): void {
  if (!accounts.some(({ unit }) => unit === 'usd')) return
  const isKnown = (name: string): boolean => (fleet.get(name)?.price ?? null) !== null
  const unknown = orders.find((order) => order.length > 0 && !order.some(isKnown))
  if (unknown === undefined) return
  const [name = ''] = unknown
  throw new AppError(
    'price_unknown',
    `nobody knows what the model "${name}" costs, and a budget in usd applies: set models.${name}.price, or pricing.unknown: ceiling`,
  )
}
