import type { Limited } from '../limits/rate-limits.ts'
import type { Reply } from '../rest/reply.ts'
import type { Token } from '../state/actor.ts'
import { Refusal } from '../state/refusal.ts'
import type { GraphqlBudget, GraphqlCost } from '../world.ts'
import { refusalBody } from './error-body.ts'
import { parseBody } from './perform-route.ts'
import type { Incoming, Service } from './service.ts'

type GraphqlCall = {
  readonly incoming: Incoming
  readonly token: Token
  readonly fault: Refusal | null
}
type Outcome = { readonly reply: Reply; readonly headers: Readonly<Record<string, string>> }

const retryAfter = ({ retryAfterSeconds }: Limited): Readonly<Record<string, string>> =>
  retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }

/** An error entry in a 200, as GraphQL reports its primary limit. */
const limitError = ({ message }: Limited) => ({ type: 'RATE_LIMITED', message })

/** `POST /graphql` within its limits; what it means is the port's part. */
export async function answerGraphql(
  service: Service,
  { incoming, token, fault }: GraphqlCall,
): Promise<Outcome> {
  const { limits, statistics } = service
  const limit = limits.admit(token, { resource: 'graphql', points: 1, creations: 0 })
  if (limit !== null) {
    statistics.limited(limit.kind)
    const reply =
      limit.kind === 'primary'
        ? { status: 200, body: { errors: [limitError(limit)] } }
        : { status: 403, body: refusalBody(new Refusal(403, limit.message)) }
    return { reply, headers: retryAfter(limit) }
  }
  if (fault !== null) throw fault
  let refused: Limited | null = null
  const spend = (cost: GraphqlCost): GraphqlBudget => {
    refused = spendPoints(service, token, cost)
    const budget = limits.budget(token, 'graphql')
    return { ...budget, refusal: refused === null ? null : limitError(refused) }
  }
  const body = parseBody(incoming)
  const features = (incoming.headers['graphql-features'] ?? '').split(',').filter(Boolean)
  const reply = await service.graphql({ body, token, features, spend })
  return { reply, headers: refused === null ? {} : retryAfter(refused) }
}

function spendPoints(service: Service, token: Token, cost: GraphqlCost): Limited | null {
  const { limits, statistics, world } = service
  const limited = limits.spend(token, cost)
  if (limited !== null) {
    statistics.limited(limited.kind)
    return limited
  }
  const now = world.clock.now()
  statistics.graphql(cost.points)
  statistics.created(now, cost.creations)
  if (cost.isMutation) statistics.wrote(now)
  return null
}
