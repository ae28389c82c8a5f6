import type { Budget, Resource } from '../limits/rate-limits.ts'
import { type Reply, reply } from '../rest/reply.ts'
import type { Token } from '../state/actor.ts'
import type { Service } from './service.ts'

export function limitHeaders(
  { limits }: Service,
  token: Token,
  resource: Resource,
): Readonly<Record<string, string>> {
  const { limit, remaining, used, resetAt } = limits.budget(token, resource)
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(resetAt / 1000),
    'x-ratelimit-resource': resource,
  }
}

const budgetShape = ({ limit, remaining, used, resetAt }: Budget) => ({
  ...{ limit, used, remaining, reset: resetAt / 1000 },
})

/** `GET /rate_limit` costs nothing. */
export function rateLimitReply({ limits, world }: Service, token: Token): Reply {
  const core = budgetShape(limits.budget(token, 'core'))
  const graphql = budgetShape(limits.budget(token, 'graphql'))
  const reset = Math.ceil(world.clock.now() / 1000) + 60
  const untouched = (limit: number) => ({ limit, used: 0, remaining: limit, reset })
  const resources = {
    ...{ core, graphql, search: untouched(30), code_search: untouched(10) },
    ...{ integration_manifest: untouched(5000), source_import: untouched(100) },
    ...{ actions_runner_registration: untouched(10_000), scim: untouched(15_000) },
    ...{ dependency_snapshots: untouched(100), dependency_sbom: untouched(100) },
    code_scanning_autofix: untouched(10),
  }
  return reply.ok({ resources, rate: core })
}
