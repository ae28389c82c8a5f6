import { createHmac } from 'node:crypto'
import { setTimeout as realDelay } from 'node:timers/promises'
import type { Clock } from '../../../shared/index.ts'
import type { Hook } from '../state/entities.ts'
import type { Response } from './delivery.ts'

/** What GitHub keeps of an answer. */
const longestAnswer = 65_536

export type Message = {
  readonly hook: Hook
  readonly guid: string
  readonly event: string
  /** The JSON of the payload. */
  readonly json: string
}

/** The bytes as they are sent, and the headers of them: signed over exactly these bytes. */
export function prepareMessage({ hook, guid, event, json }: Message) {
  const isForm = hook.config.contentType === 'form'
  const body = isForm ? new URLSearchParams({ payload: json }).toString() : json
  const { secret } = hook.config
  const sign = (algorithm: string): string =>
    `${algorithm}=${createHmac(algorithm, secret ?? '')
      .update(body)
      .digest('hex')}`
  const headers: Record<string, string> = {
    Accept: '*/*',
    'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    'User-Agent': 'GitHub-Hookshot/simulated',
    'X-GitHub-Delivery': guid,
    'X-GitHub-Event': event,
    'X-GitHub-Hook-ID': String(hook.id),
    'X-GitHub-Hook-Installation-Target-ID': String(hook.repository.id),
    'X-GitHub-Hook-Installation-Target-Type': 'repository',
    ...(secret === null
      ? {}
      : { 'X-Hub-Signature': sign('sha1'), 'X-Hub-Signature-256': sign('sha256') }),
  }
  return { body, headers }
}

/** Sends once and waits for the answer as long as GitHub would; never rejects for a bad receiver. */
export async function sendMessage(
  url: string,
  message: ReturnType<typeof prepareMessage>,
  limits: {
    readonly clock: Clock
    readonly answersWithin: number
    readonly grace: number
    readonly signal: AbortSignal
  },
): Promise<Response> {
  const answered = new AbortController()
  const expired = new AbortController()
  const timer = expire(expired, limits, answered.signal)
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', headers: message.headers, body: message.body, redirect: 'manual' },
      signal: AbortSignal.any([limits.signal, expired.signal]),
    })
    const body = (await response.text()).slice(0, longestAnswer)
    const status = response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`
    const headers = Object.fromEntries(response.headers)
    return { status, code: response.status, headers, body }
  } catch {
    // Whatever keeps a receiver from answering looks alike to GitHub: no answer came.
    limits.signal.throwIfAborted()
    const status = expired.signal.aborted ? 'timed out' : 'failed to connect to host'
    return { status, code: expired.signal.aborted ? 504 : 502, headers: {}, body: '' }
  } finally {
    answered.abort()
    await timer
  }
}

/** Gives up when both have passed: the simulated limit and the real grace. */
async function expire(
  expired: AbortController,
  { clock, answersWithin, grace }: Parameters<typeof sendMessage>[2],
  answered: AbortSignal,
): Promise<void> {
  try {
    await Promise.all([
      clock.sleep(answersWithin, answered),
      realDelay(grace, undefined, { signal: answered }),
    ])
    expired.abort()
  } catch (error) {
    // The answer came first: that is what ends the waiting.
    if (!answered.aborted) throw error
  }
}
