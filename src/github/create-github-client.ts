import { createHash } from 'node:crypto'
import type { RequestError } from '@octokit/request-error'
import { withRetry } from '../resilience/index.ts'
import { AppError, type Clock, type Json, type JsonObject } from '../shared/index.ts'
import { classifyFailure, limited } from './classify-failure.ts'
import { apiVersion, type Credential, openCredentials } from './credentials.ts'
import type {
  GitHubAnswer,
  GitHubCall,
  GitHubClient,
  GraphQlAnswer,
  GraphQlCall,
} from './github-client.ts'
import type { CredentialRole, GitHubSettings } from './github-settings.ts'
import { readGraphQl } from './read-graphql.ts'
import { Turnstile } from './turnstile.ts'

/** How writes are kept apart and answers are kept; `records/` has both. */
export type GitHubStores = {
  readonly pace: {
    readonly book: (
      credential: string,
      write: { readonly creates: boolean; readonly mostMs: number },
    ) => Promise<{ readonly waitMs: number; readonly isBooked: boolean }>
    readonly block: (credential: string, forMs: number) => Promise<void>
    readonly blockedMs: (credential: string) => Promise<number>
  }
  readonly answers: {
    readonly get: (key: string) => Promise<{ readonly etag: string; readonly body: Json } | null>
    readonly put: (
      key: string,
      answer: { readonly etag: string; readonly body: Json },
    ) => Promise<void>
  }
}

type Parts = GitHubStores & {
  readonly settings: GitHubSettings
  /** Real time; GitHub's passes `timeScale` times as fast. */
  readonly clock: Clock
}

/** A write that would have to wait longer than this (of real time) is given back instead. */
const longestQueueMs = 60_000
const readRetries = 3
const retrying = (signal: AbortSignal) => ({
  signal,
  retries: readRetries,
  isRetryable: (error: unknown) => error instanceof AppError && error.code === 'github_unclear',
})
const isRead = (route: string): boolean => /^(GET|HEAD) /.test(route)

export function createGitHubClient(parts: Parts): GitHubClient {
  const calls = new GitHubCalls(parts)
  return {
    request: (call) => calls.request(call),
    pages: (call, mostPages) => calls.pages(call, mostPages),
    graphql: (call) => calls.graphql(call),
    has: (role) => calls.has(role),
    now: () => calls.now(),
  }
}

type Sent = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}

class GitHubCalls {
  readonly #parts: Parts
  readonly #credentials: Readonly<Record<CredentialRole, Credential | null>>
  readonly #turnstile: Turnstile
  /** GitHub's time less ours, from its last `Date` header. */
  #aheadMs = 0
  /** By credential: until when, by our clock, nothing is sent. */
  readonly #blockedUntil = new Map<string, number>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#credentials = openCredentials(parts.settings)
    this.#turnstile = new Turnstile(parts.settings.concurrency)
  }

  has(role: CredentialRole): boolean {
    return this.#credentials[role] !== null
  }

  now(): number {
    return this.#parts.clock.now() + this.#aheadMs
  }

  async request(call: GitHubCall): Promise<GitHubAnswer> {
    const credential = this.#credentialOf(call.as ?? 'main')
    if (!isRead(call.route)) {
      await this.#waitForTurn(credential, call)
      return answerOf(await this.#send(credential, call))
    }
    return await withRetry(() => this.#read(credential, call), retrying(call.signal))
  }

  async pages(call: GitHubCall, mostPages: number): Promise<readonly Json[]> {
    const found: Json[] = []
    const parameters = { per_page: 100, ...call.parameters }
    let answer = await this.request({ ...call, parameters })
    for (let page = 1; ; page += 1) {
      if (Array.isArray(answer.data)) found.push(...answer.data)
      if (answer.next === null || page >= mostPages) return found
      const next = { ...parameters, page: page + 1 }
      answer = await this.request({ ...call, parameters: next })
    }
  }

  async graphql(call: GraphQlCall): Promise<GraphQlAnswer> {
    const credential = this.#credentialOf(call.as ?? 'main')
    const { signal, query, variables, features, writes } = call
    const headers = features === undefined ? {} : { 'graphql-features': features }
    const parameters = { query, variables, headers }
    const route = 'POST /graphql'
    const send = async (): Promise<GraphQlAnswer> => {
      const sent = await this.#send(credential, { route, parameters, signal })
      const read = readGraphQl(sent, { now: this.now() })
      if (read instanceof AppError) {
        if (read.retryAfterMs !== undefined) await this.#block(credential, read.retryAfterMs)
        throw this.#inRealTime(read)
      }
      return read
    }
    if (writes !== undefined) {
      await this.#waitForTurn(credential, { route, signal, creates: writes === 'creates' })
      return await send()
    }
    return await withRetry(send, retrying(signal))
  }

  #credentialOf(role: CredentialRole): Credential {
    const credential = this.#credentials[role]
    if (credential !== null) return credential
    throw new AppError(
      'github_unavailable',
      role === 'user'
        ? 'this needs a token of a user (github.userToken): Copilot obeys no App and no workflow token'
        : 'no GitHub credential is configured: set github.token (GITHUB_TOKEN), or github.appId',
    )
  }

  async #read(credential: Credential, call: GitHubCall): Promise<GitHubAnswer> {
    if (call.isConditional !== true) return answerOf(await this.#send(credential, call))
    const { answers } = this.#parts
    const key = hashOf([credential.id, apiVersion, call.route, JSON.stringify(call.parameters)])
    const known = await answers.get(key)
    const headers = known === null ? {} : { 'if-none-match': known.etag }
    const sent = await this.#send(credential, {
      ...call,
      parameters: { ...call.parameters, headers },
    })
    if (sent.status === 304 && known !== null) return { status: 200, data: known.body, next: null }
    const answer = answerOf(sent)
    const { etag } = sent.headers
    if (typeof etag === 'string') await answers.put(key, { etag, body: answer.data })
    return answer
  }

  /** Waits until this write may be sent, in line with those of all other processes. */
  async #waitForTurn(
    credential: Credential,
    { route, signal, creates = false }: Pick<GitHubCall, 'route' | 'signal' | 'creates'>,
  ): Promise<void> {
    const { pace, clock, settings } = this.#parts
    const mostMs = longestQueueMs
    const { waitMs, isBooked } = await pace.book(credential.id, { creates, mostMs })
    if (!isBooked) {
      const githubMs = waitMs * settings.timeScale
      throw this.#inRealTime(limited(route, 'the writes before it fill the allowance', githubMs))
    }
    await clock.sleep(waitMs, signal)
  }

  async #send(
    credential: Credential,
    { route, parameters, signal }: Pick<GitHubCall, 'route' | 'parameters' | 'signal'>,
  ): Promise<Sent> {
    this.#refuseBlocked(credential, route)
    using _place = await this.#turnstile.enter(signal)
    const timeout = AbortSignal.timeout(this.#parts.settings.timeoutMs)
    const { headers = {}, ...rest } = parameters
    try {
      const sent: Sent = await credential.octokit.request(route, {
        ...rest,
        headers: { 'x-github-api-version': apiVersion, ...(headers as JsonObject) },
        request: { signal: AbortSignal.any([signal, timeout]) },
      })
      this.#learnTime(sent.headers)
      return sent
    } catch (error) {
      signal.throwIfAborted()
      return await this.#failed(error, { credential, route })
    }
  }

  /** Throws what a failure means; a 304 is none. */
  async #failed(
    error: unknown,
    { credential, route }: { readonly credential: Credential; readonly route: string },
  ): Promise<Sent> {
    const answer = isRequestError(error) ? error.response : undefined
    if (answer === undefined) throw unanswered(error, route)
    const { status, headers, data } = answer
    this.#learnTime(headers)
    if (status === 304) return { status, headers, data }
    const failure = classifyFailure({ status, headers, body: data, route, now: this.now() })
    if (failure.retryAfterMs !== undefined) await this.#block(credential, failure.retryAfterMs)
    throw this.#inRealTime(failure)
  }

  #refuseBlocked({ id }: Credential, route: string): void {
    const leftMs = (this.#blockedUntil.get(id) ?? 0) - this.#parts.clock.now()
    if (leftMs > 0) {
      const githubMs = leftMs * this.#parts.settings.timeScale
      throw this.#inRealTime(limited(route, 'GitHub asked for a rest', githubMs))
    }
  }

  /** GitHub's milliseconds. Going on while limited can get an integration banned. */
  async #block({ id }: Credential, forMs: number): Promise<void> {
    const { pace, clock, settings } = this.#parts
    const realMs = forMs / settings.timeScale
    this.#blockedUntil.set(id, clock.now() + realMs)
    await pace.block(id, realMs)
  }

  #inRealTime(failure: AppError): AppError {
    const { code, message, retryAfterMs, cause } = failure
    if (retryAfterMs === undefined) return failure
    return new AppError(code, message, {
      cause,
      retryAfterMs: retryAfterMs / this.#parts.settings.timeScale,
    })
  }

  #learnTime(headers: Sent['headers']): void {
    const told = Date.parse(String(headers.date ?? ''))
    if (Number.isFinite(told)) this.#aheadMs = told - this.#parts.clock.now()
  }
}

const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error && error.name === 'HttpError'

function unanswered(cause: unknown, route: string): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new AppError('github_unclear', `no answer from GitHub to ${route}: ${reason}`, { cause })
}

function answerOf({ status, data, headers }: Sent): GitHubAnswer {
  const next = /<([^>]+)>; rel="next"/.exec(String(headers.link ?? ''))
  return { status, data: (data ?? null) as Json, next: next?.[1] ?? null }
}

function hashOf(facts: readonly string[]): string {
  return createHash('sha256').update(facts.join('\n')).digest('hex')
}
