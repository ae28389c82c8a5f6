import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as z from 'zod'

/** A provider to be tried: a base URL that ends in `/v1`, a key and one of its models. */
export type ProviderUnderTest = AsyncDisposable & {
  readonly baseUrl: string
  readonly apiKey: string
  readonly model: string
}

const Usage = z
  .object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() })
  .refine((usage) => usage.total_tokens === usage.prompt_tokens + usage.completion_tokens)

const Completion = z.object({
  id: z.string().min(1),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.tuple([
    z.object({
      index: z.literal(0),
      message: z.object({ role: z.literal('assistant'), content: z.string().min(1) }),
      finish_reason: z.enum(['stop', 'length']),
    }),
  ]),
  usage: Usage,
})

const Chunk = z.object({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.literal(0),
      delta: z.object({ role: z.string().optional(), content: z.string().optional() }),
      finish_reason: z.string().nullable(),
    }),
  ),
  usage: Usage.nullish(),
})

const Failure = z.object({
  error: z.object({
    message: z.string().min(1),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
})

type Sent = { readonly body: object | string; readonly key?: string | null }

function post(provider: ProviderUnderTest, { body, key = provider.apiKey }: Sent) {
  return fetch(`${provider.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const question = (provider: ProviderUnderTest, more: object = {}): object => ({
  model: provider.model,
  messages: [
    { role: 'system', content: 'Answer in one sentence.' },
    { role: 'user', content: 'What is a maniple?' },
  ],
  ...more,
})

async function streamed(provider: ProviderUnderTest, more: object) {
  const response = await post(provider, { body: question(provider, { stream: true, ...more }) })
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const events = (await response.text()).split('\n\n').filter((event) => event !== '')
  assert.equal(events.pop(), 'data: [DONE]')
  return events.map((event) => Chunk.parse(JSON.parse(event.replace(/^data: /, ''))))
}

const textOf = (chunks: readonly z.infer<typeof Chunk>[]): string =>
  chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? '')).join('')

type Start = () => Promise<ProviderUnderTest>

/** What a provider must do to be called OpenAI-compatible here; it is asked over real HTTP. */
export function openAiConformance(name: string, start: Start): void {
  describe(`${name} answers`, () => answersInText(start))
  describe(`${name} obeys the request`, () => obeysRequests(start))
  describe(`${name} refuses`, () => refusesBadRequests(start))
}

function answersInText(start: Start): void {
  it('with the model among its models', async () => {
    await using provider = await start()
    const headers = { authorization: `Bearer ${provider.apiKey}` }
    const response = await fetch(`${provider.baseUrl}/models`, { headers })
    const list = z.object({ data: z.array(z.object({ id: z.string() })) })
    const { data } = list.parse(await response.json())
    assert.ok(data.some(({ id }) => id === provider.model))
  })

  it('whole, with usage', async () => {
    await using provider = await start()
    const response = await post(provider, { body: question(provider) })
    assert.equal(response.status, 200)
    const { choices, usage } = Completion.parse(await response.json())
    assert.equal(choices[0].finish_reason, 'stop')
    assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0)
  })

  it('in a stream, with usage when asked for it', async () => {
    await using provider = await start()
    const chunks = await streamed(provider, { stream_options: { include_usage: true } })
    assert.ok(textOf(chunks).length > 0)
    assert.equal(chunks[0]?.choices[0]?.delta.role, 'assistant')
    assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'stop')
    assert.deepEqual(chunks.at(-1)?.choices, [])
    assert.ok((chunks.at(-1)?.usage?.completion_tokens ?? 0) > 0)
    const silent = await streamed(provider, {})
    assert.ok(silent.every((chunk) => chunk.usage == null && chunk.choices.length === 1))
  })
}

function obeysRequests(start: Start): void {
  it('no longer than asked', async () => {
    await using provider = await start()
    const response = await post(provider, { body: question(provider, { max_tokens: 5 }) })
    const { choices, usage } = Completion.parse(await response.json())
    assert.equal(choices[0].finish_reason, 'length')
    assert.ok(usage.completion_tokens <= 5)
  })

  it('as JSON that fits a schema', async () => {
    await using provider = await start()
    const Answer = z.object({
      title: z.string(),
      steps: z.array(z.string()),
      risk: z.enum(['low', 'high']),
    })
    const json_schema = { name: 'answer', strict: true, schema: z.toJSONSchema(Answer) }
    const body = question(provider, { response_format: { type: 'json_schema', json_schema } })
    const { choices } = Completion.parse(await (await post(provider, { body })).json())
    Answer.parse(JSON.parse(choices[0].message.content))
  })

  it('after a client that went away in the middle', async () => {
    await using provider = await start()
    const signal = AbortSignal.timeout(1)
    const body = JSON.stringify(question(provider))
    const headers = { authorization: `Bearer ${provider.apiKey}` }
    const init = { method: 'POST', headers, body, signal }
    await fetch(`${provider.baseUrl}/chat/completions`, init).catch(() => undefined)
    assert.equal((await post(provider, { body: question(provider) })).status, 200)
  })
}

function refusesBadRequests(start: Start): void {
  const refusals: readonly (readonly [string, number, (p: ProviderUnderTest) => Sent])[] = [
    ['no key', 401, (p) => ({ body: question(p), key: null })],
    ['a wrong key', 401, (p) => ({ body: question(p), key: 'wrong' })],
    ['an unknown model', 404, (p) => ({ body: question(p, { model: 'no-such-model' }) })],
    ['what is no JSON', 400, () => ({ body: '{"model": ' })],
    ['no messages', 400, (p) => ({ body: question(p, { messages: [] }) })],
    ['a wrong type', 400, (p) => ({ body: question(p, { messages: 'hello' }) })],
  ]
  for (const [what, status, sent] of refusals) {
    it(`${what} with ${status}`, async () => {
      await using provider = await start()
      const response = await post(provider, sent(provider))
      assert.equal(response.status, status)
      Failure.parse(await response.json())
    })
  }

  it('unknown addresses with 404', async () => {
    await using provider = await start()
    const headers = { authorization: `Bearer ${provider.apiKey}` }
    const response = await fetch(`${provider.baseUrl}/no-such-thing`, { headers })
    assert.equal(response.status, 404)
    Failure.parse(await response.json())
  })
}
