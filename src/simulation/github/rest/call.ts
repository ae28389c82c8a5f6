import type * as z from 'zod'
import type { App, By, Token } from '../state/actor.ts'
import { byToken } from '../state/actors.ts'
import type { Issue, Repository } from '../state/entities.ts'
import type { PullIssue } from '../state/pulls.ts'
import { Refusal, refuse } from '../state/refusal.ts'
import type { DeliveriesPort, World } from '../world.ts'
import { linkHeader, pageOf, type Reply } from './reply.ts'

export type CallParts = {
  readonly world: World
  readonly deliveries: DeliveriesPort
  /** Null where an app calls with its JWT. */
  readonly token: Token | null
  readonly app: App | null
  readonly params: Readonly<Record<string, string>>
  readonly url: URL
  readonly body: unknown
  readonly repository: Repository | null
}

/** One request to a route, after everything that is the same for all of them. */
export class Call {
  readonly world: World
  readonly deliveries: DeliveriesPort
  readonly query: URLSearchParams
  readonly url: URL
  readonly #parts: CallParts

  constructor(parts: CallParts) {
    this.#parts = parts
    this.world = parts.world
    this.deliveries = parts.deliveries
    this.query = parts.url.searchParams
    this.url = parts.url
  }

  get token(): Token {
    if (this.#parts.token === null) throw new Refusal(401, 'Requires authentication')
    return this.#parts.token
  }

  get app(): App {
    if (this.#parts.app === null) {
      throw new Refusal(401, 'A JSON web token could not be decoded')
    }
    return this.#parts.app
  }

  get by(): By {
    return byToken(this.token)
  }

  get repository(): Repository {
    if (this.#parts.repository === null) throw refuse.notFound()
    return this.#parts.repository
  }

  param(name: string): string {
    return this.#parts.params[name] ?? ''
  }

  /** Of a path parameter that is a number; anything else is not found. */
  number(name: string): number {
    const value = Number(this.param(name))
    if (!Number.isSafeInteger(value) || value < 0) throw refuse.notFound()
    return value
  }

  get issue(): Issue {
    const issue = this.world.state.issues.find(this.repository, this.number('issue_number'))
    if (issue === undefined) throw refuse.notFound()
    return issue
  }

  get pull(): PullIssue {
    const pull = this.world.state.pulls.find(this.repository, this.number('pull_number'))
    if (pull === undefined) throw refuse.notFound()
    return pull
  }

  /** The body as the schema reads it. 422 that names what does not fit. */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const parsed = schema.safeParse(this.#parts.body ?? {})
    if (parsed.success) return parsed.data
    const problems = parsed.error.issues.map(
      ({ path, message }) => `For 'properties/${path.join('/')}', ${message}.`,
    )
    throw new Refusal(422, `Invalid request.\n\n${problems.join('\n')}`)
  }

  get body(): unknown {
    return this.#parts.body
  }

  /** One page of a list; only what is on it is written out. */
  page<T>(items: readonly T[], shape: (item: T) => unknown): Reply {
    return this.wrappedPage(items, shape, (shapes) => shapes)
  }

  wrappedPage<T>(
    items: readonly T[],
    shape: (item: T) => unknown,
    wrap: (shapes: readonly unknown[]) => unknown,
  ): Reply {
    const page = pageOf(this.query)
    const start = (page.page - 1) * page.perPage
    const body = wrap(items.slice(start, start + page.perPage).map(shape))
    const link = linkHeader(this.#parts.url, page, items.length)
    return { status: 200, body, ...(link === null ? {} : { headers: { link } }) }
  }

  /** As `page` where writing out needs git. */
  async pageAsync<T>(
    items: readonly T[],
    shape: (item: T) => Promise<unknown>,
    wrap: (shapes: readonly unknown[]) => unknown = (shapes) => shapes,
  ): Promise<Reply> {
    const { status, body, headers } = this.page(items, (item) => item)
    const shapes = await Promise.all((body as readonly T[]).map(shape))
    return { status, body: wrap(shapes), ...(headers === undefined ? {} : { headers }) }
  }
}
