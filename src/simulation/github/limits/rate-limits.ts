import type { Clock } from '../../../shared/index.ts'
import type { Token } from '../state/actor.ts'
import { hourMs, type LimitSettings, minuteMs } from './limit-settings.ts'
import { SlidingWindow } from './sliding-window.ts'

export type Resource = 'core' | 'graphql'

/** One bucket of the hourly budget, as the `x-ratelimit-*` headers show it. */
export type Budget = {
  readonly resource: Resource
  readonly limit: number
  readonly remaining: number
  readonly used: number
  /** Simulated milliseconds, on a whole second. */
  readonly resetAt: number
}

export type Limited = {
  readonly kind: 'primary' | 'secondary'
  readonly message: string
  /** Null: the reset of the budget says when. */
  readonly retryAfterSeconds: number | null
}

export type LimitedRequest = {
  readonly resource: Resource
  /** 1 for reading, 5 for writing. */
  readonly points: number
  /** How much content it creates. */
  readonly creations: number
}

type Owner = {
  readonly primary: Map<Resource, { used: number; resetAt: number }>
  readonly points: Readonly<Record<Resource, SlidingWindow>>
  readonly creationsMinute: SlidingWindow
  readonly creationsHour: SlidingWindow
  open: number
}

const secondaryMessage =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.'
const creationMessage =
  'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later. If you reach out to GitHub Support for help, please include the request ID.'

/** Whose budget a token spends: all tokens of a user share one, each installation has its own. */
function ownerKey(token: Token): string {
  if (token.installation !== null) return `installation ${token.installation.id}`
  if (token.kind === 'github_token') return `repository ${token.repositoryIds?.join(' ') ?? ''}`
  return `user ${token.actor.id}`
}

/** GitHub's primary and secondary limits on simulated time; only `concurrent` knows no time. */
export class RateLimits {
  readonly #clock: Clock
  readonly #settings: LimitSettings
  readonly #owners = new Map<string, Owner>()

  constructor(clock: Clock, settings: LimitSettings) {
    this.#clock = clock
    this.#settings = settings
  }

  /** Counts the request, or says why it is refused; a refused one is not counted. */
  admit(token: Token, request: LimitedRequest): Limited | null {
    const owner = this.#owner(token)
    const now = this.#clock.now()
    const limited = this.#refusal(owner, { token, request, now })
    if (limited !== null) return limited
    owner.points[request.resource].add(now, request.points)
    if (request.resource === 'core') this.#bucket(owner, 'core', now).used += 1
    this.#addCreations(owner, now, request.creations)
    return null
  }

  #refusal(
    owner: Owner,
    { token, request, now }: { token: Token; request: LimitedRequest; now: number },
  ): Limited | null {
    const { concurrent, restPointsPerMinute, graphqlPointsPerMinute } = this.#settings
    const { resource, points, creations } = request
    if (owner.open > concurrent) return secondary(secondaryMessage, minuteMs)
    if (this.budget(token, resource).remaining <= 0) {
      const who = token.installation === null ? `user ID ${token.actor.id}` : 'installation'
      const message = `API rate limit exceeded for ${who}.`
      return { kind: 'primary', message, retryAfterSeconds: null }
    }
    const most = resource === 'core' ? restPointsPerMinute : graphqlPointsPerMinute
    const wait = owner.points[resource].waitFor(now, most, points)
    if (wait > 0) return secondary(secondaryMessage, wait)
    return creations === 0 ? null : this.#creationRefusal(owner, now, creations)
  }

  #creationRefusal(owner: Owner, now: number, creations: number): Limited | null {
    const { creationsPerMinute, creationsPerHour } = this.#settings
    const wait = Math.max(
      owner.creationsMinute.waitFor(now, creationsPerMinute, creations),
      owner.creationsHour.waitFor(now, creationsPerHour, creations),
    )
    return wait > 0 ? secondary(creationMessage, wait) : null
  }

  /** For GraphQL, whose cost and creations are known only once the query is understood. */
  spend(
    token: Token,
    { points, creations, isMutation }: { points: number; creations: number; isMutation: boolean },
  ): Limited | null {
    const owner = this.#owner(token)
    const now = this.#clock.now()
    const { remaining } = this.budget(token, 'graphql')
    if (points > remaining) {
      const message = `API rate limit already exceeded for user ID ${token.actor.id}.`
      return { kind: 'primary', message, retryAfterSeconds: null }
    }
    const limited = creations === 0 ? null : this.#creationRefusal(owner, now, creations)
    if (limited !== null) return limited
    this.#bucket(owner, 'graphql', now).used += points
    // It was let in as a query, for one point.
    if (isMutation) owner.points.graphql.add(now, 4)
    this.#addCreations(owner, now, creations)
    return null
  }

  #addCreations(owner: Owner, now: number, creations: number): void {
    if (creations === 0) return
    owner.creationsMinute.add(now, creations)
    owner.creationsHour.add(now, creations)
  }

  /** A 304 is free. */
  refund(token: Token): void {
    const bucket = this.#bucket(this.#owner(token), 'core', this.#clock.now())
    bucket.used = Math.max(0, bucket.used - 1)
  }

  /** One more request is under way, until the result is called. */
  open(token: Token): () => void {
    const owner = this.#owner(token)
    owner.open += 1
    return () => {
      owner.open -= 1
    }
  }

  budget(token: Token, resource: Resource): Budget {
    const { used, resetAt } = this.#bucket(this.#owner(token), resource, this.#clock.now())
    const limit = this.#limitOf(token, resource)
    return { resource, limit, used, remaining: Math.max(0, limit - used), resetAt }
  }

  #limitOf(token: Token, resource: Resource): number {
    const { restPerHour, githubTokenPerHour, graphqlPointsPerHour } = this.#settings
    if (token.kind === 'github_token') return githubTokenPerHour
    return resource === 'core' ? restPerHour : graphqlPointsPerHour
  }

  /** Starts anew when its hour is over; the hour begins with the first request. */
  #bucket(owner: Owner, resource: Resource, now: number): { used: number; resetAt: number } {
    const there = owner.primary.get(resource)
    if (there !== undefined && there.resetAt > now) return there
    const fresh = { used: 0, resetAt: Math.ceil((now + hourMs) / 1000) * 1000 }
    owner.primary.set(resource, fresh)
    return fresh
  }

  #owner(token: Token): Owner {
    const key = ownerKey(token)
    const there = this.#owners.get(key)
    if (there !== undefined) return there
    const owner: Owner = {
      primary: new Map(),
      points: { core: new SlidingWindow(minuteMs), graphql: new SlidingWindow(minuteMs) },
      creationsMinute: new SlidingWindow(minuteMs),
      creationsHour: new SlidingWindow(hourMs),
      open: 0,
    }
    this.#owners.set(key, owner)
    return owner
  }
}

function secondary(message: string, waitMs: number): Limited {
  return { kind: 'secondary', message, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
}
