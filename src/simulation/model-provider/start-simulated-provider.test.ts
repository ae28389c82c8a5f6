import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as z from 'zod'
import { AppError, type Clock } from '../../shared/index.ts'
import type { SimulatedProvider, SimulatedProviderOptions } from './provider-options.ts'
import { startSimulatedProvider } from './start-simulated-provider.ts'

const start = (options: Partial<SimulatedProviderOptions> = {}): Promise<SimulatedProvider> =>
  startSimulatedProvider({ seed: 1, latencyMs: 0, ...options })

function ask(
  provider: SimulatedProvider,
  content: string,
  more: { readonly body?: object; readonly signal?: AbortSignal } = {},
): Promise<Response> {
  const messages = [{ role: 'user', content }]
  return fetch(`${provider.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${provider.apiKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: provider.models[0], messages, ...more.body }),
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  })
}

/** Remembers how long it was asked to sleep, and does not. */
function recordingClock(): { readonly clock: Clock; readonly sleeps: number[] } {
  const sleeps: number[] = []
  const sleep = async (ms: number): Promise<void> => {
    sleeps.push(ms)
  }
  return { clock: { now: () => 1_700_000_000_000, sleep }, sleeps }
}

describe('the simulated provider', () => {
  it('says that it is simulated, in header, fingerprint, model and text', async () => {
    await using provider = await start()
    const response = await ask(provider, 'Write the manual.')
    assert.equal(response.headers.get('x-maniple-simulated'), 'true')
    const text = await response.text()
    assert.match(text, /"system_fingerprint":"fp_simulated"/)
    assert.match(text, /"model":"simulated-model"/)
    assert.match(text, /"content":"\[simulated\] Write the manual\./)
  })

  it('answers alike for equal seed and request, and otherwise for others', async () => {
    const { clock } = recordingClock()
    await using one = await start({ clock })
    await using same = await start({ clock })
    await using other = await start({ clock, seed: 2 })
    const answer = async (provider: SimulatedProvider, text: string): Promise<string> =>
      await (await ask(provider, text)).text()
    const first = await answer(one, 'Write the manual.')
    assert.equal(await answer(one, 'Write the manual.'), first)
    assert.equal(await answer(same, 'Write the manual.'), first)
    assert.notEqual(await answer(other, 'Write the manual.'), first)
    assert.notEqual(await answer(one, 'Write the tests.'), first)
  })

  it('takes about the given time: the mean, within a quarter', async () => {
    const { clock, sleeps } = recordingClock()
    await using provider = await start({ clock, latencyMs: 400 })
    for (let index = 0; index < 50; index += 1) await ask(provider, `Task ${index}`)
    assert.ok(sleeps.every((ms) => ms >= 300 && ms <= 500))
    const mean = sleeps.reduce((sum, ms) => sum + ms, 0) / sleeps.length
    assert.ok(mean > 370 && mean < 430, String(mean))
    assert.ok(new Set(sleeps).size > 40)
  })

  it('takes 400 ms unless told otherwise', async () => {
    const { clock, sleeps } = recordingClock()
    await using provider = await startSimulatedProvider({ seed: 1, clock })
    await ask(provider, 'Task')
    assert.ok(sleeps[0] !== undefined && sleeps[0] >= 300 && sleeps[0] <= 500)
  })

  it('refuses with 429 and a time to come back', async () => {
    await using provider = await start({ faults: { rate429: 1 }, retryAfterMs: 1500 })
    const response = await ask(provider, 'Task')
    assert.equal(response.status, 429)
    assert.equal(response.headers.get('retry-after'), '2')
    assert.equal(response.headers.get('retry-after-ms'), '1500')
    assert.match(await response.text(), /"code":"rate_limit_exceeded"/)
  })

  it('fails in every other way it is told to', async () => {
    const asked = async (
      faults: SimulatedProviderOptions['faults'] & object,
    ): Promise<Response> => {
      await using provider = await start({ faults })
      const response = await ask(provider, 'Task')
      return new Response(await response.text(), { status: response.status })
    }
    const error = await asked({ rate500: 1 })
    assert.equal(error.status, 500)
    assert.match(await error.text(), /"type":"server_error"/)
    assert.match(await (await asked({ rateEmpty: 1 })).text(), /"content":"".*"stop"/)
    assert.match(await (await asked({ rateTruncated: 1 })).text(), /"finish_reason":"length"/)
    assert.match(
      await (await asked({ rateFiltered: 1 })).text(),
      /"finish_reason":"content_filter"/,
    )
    const malformed = await (await asked({ rateMalformed: 1 })).text()
    assert.throws(() => JSON.parse(malformed))
    await assert.rejects(asked({ rateReset: 1 }), TypeError)
  })

  it('hangs until the client gives up, and counts that', async () => {
    await using provider = await start({ faults: { rateTimeout: 1 } })
    const signal = AbortSignal.timeout(50)
    await assert.rejects(ask(provider, 'Task', { signal }), { name: 'TimeoutError' })
    const deadline = Date.now() + 5000
    while (provider.stats().byStatus.aborted === undefined && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const byModel = { 'simulated-model': 1 }
    const expected = { calls: 1, byStatus: { aborted: 1 }, byModel, maxConcurrent: 1 }
    assert.deepEqual(provider.stats(), expected)
  })

  it('counts calls by status, and how many ran at once', async () => {
    const all = Promise.withResolvers<void>()
    let sleeping = 0
    const sleep = async (): Promise<void> => {
      sleeping += 1
      if (sleeping === 20) all.resolve()
      await all.promise
    }
    await using provider = await start({ clock: { now: Date.now, sleep } })
    const calls = Array.from({ length: 20 }, (_, index) => ask(provider, `Task ${index}`))
    for (const response of await Promise.all(calls)) await response.text()
    await (await ask(provider, 'Task', { body: { model: 'gpt-unknown' } })).text()
    const byStatus = { 200: 20, 404: 1 }
    const byModel = { 'simulated-model': 20 }
    assert.deepEqual(provider.stats(), { calls: 21, byStatus, byModel, maxConcurrent: 20 })
  })

  it('fills a JSON schema with labelled text about the request, by the seed', async () => {
    const Answer = z.object({ result: z.string(), confidence: z.number().min(0).max(1) })
    const Completion = z.object({
      choices: z.array(z.object({ message: z.object({ content: z.string() }) })).length(1),
      usage: z.object({ completion_tokens: z.int() }),
    })
    const json_schema = { name: 'answer', schema: z.toJSONSchema(Answer) }
    const body = { response_format: { type: 'json_schema', json_schema } }
    await using one = await start()
    await using other = await start({ seed: 2 })
    const answer = async (provider: SimulatedProvider, text: string) => {
      const { choices, usage } = Completion.parse(
        JSON.parse(await (await ask(provider, text, { body })).text()),
      )
      const content = choices[0]?.message.content ?? ''
      assert.equal(usage.completion_tokens, Math.ceil(content.length / 4))
      return Answer.parse(JSON.parse(content))
    }
    const first = await answer(one, 'Write the manual.')
    assert.match(first.result, /^\[simulated\] Write the manual\.\n/)
    assert.deepEqual(await answer(one, 'Write the manual.'), first)
    assert.notDeepEqual(await answer(other, 'Write the manual.'), first)
    const long = await answer(one, `Write ${'the manual '.repeat(20)}`)
    const [about = ''] = long.result.split('\n')
    assert.match(about, /^\[simulated\] Write the .* (the|manual)…$/)
    assert.ok(about.length <= '[simulated] '.length + 120)
    const sure: number[] = []
    for (let index = 0; index < 20; index += 1) {
      sure.push((await answer(one, `Task ${index}`)).confidence)
    }
    assert.ok(
      sure.every((share) => share >= 0.6 && share <= 0.95),
      sure.join(),
    )
    assert.ok(new Set(sure).size > 15)
  })

  it('refuses bodies over the limit', async () => {
    await using provider = await start({ maxBodyBytes: 1000 })
    const response = await ask(provider, 'x'.repeat(200_000))
    assert.equal(response.status, 413)
    assert.match(await response.text(), /request_too_large/)
  })

  it('closes while calls hang, more than once, and frees its port', async () => {
    const provider = await start({ faults: { rateTimeout: 1 } })
    const hanging = assert.rejects(ask(provider, 'Task'), TypeError)
    while (provider.stats().calls === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await provider.close()
    await provider.close()
    await hanging
    await using again = await start({ port: provider.port })
    assert.equal(again.port, provider.port)
  })

  it('says which port is taken, and what settings cannot be', async () => {
    await using provider = await start()
    await assert.rejects(
      start({ port: provider.port }),
      (error) => error instanceof AppError && error.code === 'port_taken',
    )
    await assert.rejects(start({ latencyMs: -1 }), /-1 ms/)
    await assert.rejects(start({ faults: { rate500: 2 } }), /rate500 is 2/)
  })

  it('gives each model its own latency and faults, and knows no others', async () => {
    const { clock, sleeps } = recordingClock()
    const slow = { name: 'slow', latencyMs: 1000 }
    const broken = { name: 'broken', faults: { rateGone: 1 } }
    const models = ['plain', slow, broken]
    await using provider = await start({ clock, latencyMs: 100, models })
    const status = async (model: string): Promise<number> =>
      (await ask(provider, 'Task', { body: { model } })).status
    assert.deepEqual(
      [await status('plain'), await status('slow'), await status('broken'), await status('else')],
      [200, 200, 410, 404],
    )
    const [first = 0, second = 0] = sleeps
    assert.ok(first >= 75 && first <= 125 && second >= 750 && second <= 1250, sleeps.join())
    assert.deepEqual(provider.models, ['plain', 'slow', 'broken'])
    assert.deepEqual(provider.stats().byModel, { plain: 1, slow: 1, broken: 1 })
    await assert.rejects(start({ models: [{ name: 'odd', latencyMs: -1 }] }), /of odd is -1 ms/)
  })

  it('remembers which calls of a model started when, and for which event', async () => {
    let now = 1000
    const clock = { now: () => now, sleep: async () => undefined }
    await using provider = await start({ clock })
    for (const model of ['simulated-fast', 'simulated-strong', 'simulated-fast']) {
      await ask(provider, 'Task', { body: { model } })
      now += 1000
    }
    const starts = provider.calls({ model: 'simulated-fast' }).map(({ startedAt }) => startedAt)
    assert.deepEqual(starts, [1000, 3000])
    assert.deepEqual(
      provider.calls({ after: 1000 }).map(({ model, startedAt }) => [model, startedAt]),
      [
        ['simulated-strong', 2000],
        ['simulated-fast', 3000],
      ],
    )
    assert.deepEqual(provider.calls({ model: 'simulated-fast', after: 3000 }), [])
    assert.ok(provider.calls().every(({ eventId }) => eventId === null))
  })

  it('fails the next calls as ordered, then as its rates say', async () => {
    await using provider = await start()
    provider.failNext('server-error', null, 'gone')
    const statuses: number[] = []
    for (let index = 0; index < 4; index += 1) statuses.push((await ask(provider, 'Task')).status)
    assert.deepEqual(statuses, [500, 200, 410, 200])
  })
})

describe('the simulated provider as Anthropic', () => {
  const send = (provider: SimulatedProvider, body: object, key = provider.apiKey) =>
    fetch(`${provider.baseUrl}/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'simulated-model',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Write the manual.' }],
        ...body,
      }),
    })

  it('answers in its words, and says that it is simulated', async () => {
    await using provider = await start()
    const response = await send(provider, { system: [{ type: 'text', text: 'Rules.' }] })
    assert.equal(response.headers.get('x-maniple-simulated'), 'true')
    const text = await response.text()
    assert.match(text, /"id":"msg_simulated-.*"type":"message","role":"assistant"/)
    assert.match(text, /"text":"\[simulated\] Write the manual\./)
    assert.match(text, /"stop_reason":"end_turn".*"input_tokens":\d+,"output_tokens":\d+/)
    const cut = await (await send(provider, { max_tokens: 3 })).text()
    assert.match(cut, /"stop_reason":"max_tokens"/)
  })

  it('refuses in its words', async () => {
    await using provider = await start()
    const refusals = [
      [await send(provider, {}, 'wrong'), 401, 'authentication_error'],
      [await send(provider, { model: 'gpt-unknown' }), 404, 'not_found_error'],
      [await send(provider, { max_tokens: undefined }), 400, 'invalid_request_error'],
      [await send(provider, { stream: true }), 400, 'does not stream'],
    ] as const
    for (const [response, status, word] of refusals) {
      const text = await response.text()
      assert.equal(response.status, status, text)
      assert.match(text, /^\{"type":"error","error":\{"type":"/)
      assert.ok(text.includes(word), text)
    }
  })
})
