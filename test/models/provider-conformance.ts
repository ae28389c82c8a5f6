import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as z from 'zod'
import { type ModelReply, type ModelRequest, PaidModelError } from '../../src/contracts/index.ts'
import { createModelClient, type ModelSettings } from '../../src/models/index.ts'
import { AppError } from '../../src/shared/index.ts'

/** What a server can be told to do with a call. An `answer` fits the schema `Answer`, if asked. */
export type Outcome =
  | 'answer'
  | 'cut-off'
  | 'empty'
  | 'gone'
  | 'hang'
  | 'malformed'
  | 'rate-limited'
  | 'reset'
  | 'server-error'
  | 'unfit'

/** A server, and how one of our clients reaches it. */
export type Stage = AsyncDisposable & {
  readonly settings: ModelSettings
  readonly apiKey: string
  /** The name under which the server answers. */
  readonly answeredBy: string
  /** Orders what becomes of the next calls; a 429 asks for two seconds. */
  readonly order: (...outcomes: readonly Outcome[]) => void
  /** How many calls it is at, or through with. */
  readonly arrived: () => number
  /** The event ids of the calls so far; one that hangs may be missing. */
  readonly eventIds: () => readonly (string | null)[]
}

export const Answer = z.object({
  title: z.string(),
  steps: z.array(z.string()),
  risk: z.enum(['low', 'high']),
})

type Ask = Partial<ModelRequest> & { readonly change?: object }

function ask(stage: Stage, { change = {}, ...request }: Ask = {}): Promise<ModelReply> {
  const { signal } = new AbortController()
  const client = createModelClient({ ...stage.settings, ...change })
  return client.generate({ system: 'Answer in JSON.', prompt: 'Plan it.', signal, ...request })
}

/** The failure of a call, checked to name no key. */
async function failure(stage: Stage, request?: Ask): Promise<AppError> {
  const error = await ask(stage, request).then(
    (reply) => assert.fail(`expected a failure, got ${JSON.stringify(reply)}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof AppError, String(error))
  const shown = `${error.message} ${JSON.stringify(error)} ${String(error.stack)}`
  assert.ok(!shown.includes(stage.apiKey), 'the key shows')
  assert.ok(error.message.includes(stage.settings.provider), error.message)
  assert.ok(error.message.length < 700 && !error.message.includes('\n'), error.message)
  return error
}

type Start = () => Promise<Stage>

/** What every pair of provider client and server must do; it is asked over real HTTP. */
export function providerConformance(name: string, start: Start): void {
  describe(`${name} answers`, () => answers(start))
  describe(`${name} answers to a schema`, () => structured(start))
  describe(`${name} fails`, () => fails(start))
  describe(`${name} ends a call`, () => ends(start))
}

function answers(start: Start): void {
  it('with text, tokens, finish reason and the model that answered', async () => {
    await using stage = await start()
    const reply = await ask(stage)
    assert.ok(reply.text.length > 0)
    assert.ok(reply.inputTokens > 0 && reply.outputTokens > 0)
    assert.deepEqual([reply.finishReason, reply.answeredBy], ['stop', stage.answeredBy])
    assert.ok(!('object' in reply))
  })

  it('and sees the headers', async () => {
    await using stage = await start()
    await ask(stage, { headers: { 'x-maniple-event-id': 'event-1' }, maxOutputTokens: 500 })
    await ask(stage)
    assert.deepEqual(stage.eventIds(), ['event-1', null])
  })

  it('and says when a text was cut off', async () => {
    await using stage = await start()
    stage.order('cut-off')
    assert.equal((await ask(stage)).finishReason, 'length')
  })
}

function structured(start: Start): void {
  it('at once', async () => {
    await using stage = await start()
    const reply = await ask(stage, { schema: Answer })
    Answer.parse(reply.object)
    assert.equal(reply.repaired, false)
    assert.equal(stage.eventIds().length, 1)
  })

  it('that is data, as well', async () => {
    await using stage = await start()
    const schema = {
      type: 'object',
      properties: { title: { type: 'string' } },
      required: ['title'],
    }
    const reply = await ask(stage, { schema })
    assert.ok(z.object({ title: z.string() }).safeParse(reply.object).success)
  })

  for (const bad of ['unfit', 'cut-off'] as const) {
    it(`after one that was ${bad}, with both calls' tokens and headers`, async () => {
      await using stage = await start()
      const once = await ask(stage, { schema: Answer })
      stage.order(bad)
      const headers = { 'x-maniple-event-id': 'event-2' }
      const reply = await ask(stage, { schema: Answer, headers })
      Answer.parse(reply.object)
      assert.equal(reply.repaired, true)
      // The second prompt holds the first.
      assert.ok(reply.inputTokens > 2 * once.inputTokens, 'input of both')
      assert.ok(reply.outputTokens > once.outputTokens, 'output of both')
      assert.deepEqual(stage.eventIds(), [null, 'event-2', 'event-2'])
    })
  }

  it('not at all, when two answers do not fit, and says what was used', async () => {
    await using stage = await start()
    stage.order('unfit', 'unfit', 'answer')
    const error = await failure(stage, { schema: Answer })
    assert.equal(error.code, 'model_output_invalid')
    assert.ok(error instanceof PaidModelError)
    assert.ok(error.usage.inputTokens > 0 && error.usage.outputTokens > 0)
    assert.equal(stage.eventIds().length, 2)
  })

  it('not, when the repair is refused, and says what the first one used', async () => {
    await using stage = await start()
    stage.order('unfit', 'rate-limited')
    const error = await failure(stage, { schema: Answer })
    assert.deepEqual([error.code, error.retryAfterMs], ['model_rate_limited', 2000])
    assert.ok(error instanceof PaidModelError && error.usage.inputTokens > 0)
  })
}

function fails(start: Start): void {
  const outcomes: readonly (readonly [Outcome, string, boolean])[] = [
    ['rate-limited', 'model_rate_limited', true],
    ['server-error', 'model_failed', true],
    ['gone', 'model_gone', false],
    ['reset', 'model_failed', true],
    ['malformed', 'model_failed', true],
    ['empty', 'model_failed', true],
  ]
  for (const [outcome, code, isRetryable] of outcomes) {
    it(`${outcome} as ${code}, ${isRetryable ? '' : 'not '}retryable`, async () => {
      await using stage = await start()
      stage.order(outcome)
      const error = await failure(stage)
      assert.deepEqual([error.code, error.isRetryable], [code, isRetryable])
      assert.equal(error.retryAfterMs, outcome === 'rate-limited' ? 2000 : undefined)
      assert.equal(stage.eventIds().length, 1, 'one call: retries are not its business')
    })
  }

  it('a wrong key as model_auth', async () => {
    await using stage = await start()
    const wrong = 'sk-wrong-0123456789'
    const error = await failure(stage, { change: { apiKey: wrong } })
    assert.deepEqual([error.code, error.isRetryable], ['model_auth', false])
    assert.match(error.message, /answered 401/)
    assert.ok(!`${error.message} ${String(error.stack)}`.includes(wrong))
  })

  it('an unknown model as model_auth', async () => {
    await using stage = await start()
    const error = await failure(stage, { change: { model: 'no-such-model' } })
    assert.deepEqual([error.code, error.isRetryable], ['model_auth', false])
    assert.match(error.message, /answered 404/)
  })
}

function ends(start: Start): void {
  it('that takes too long', async () => {
    await using stage = await start()
    stage.order('hang')
    const error = await failure(stage, { change: { timeoutMs: 100 } })
    assert.deepEqual([error.code, error.isRetryable], ['model_failed', true])
    assert.match(error.message, /no answer within 0\.1 s/)
  })

  it('when the caller gives up, with the reason given', async () => {
    await using stage = await start()
    stage.order('hang')
    const stop = new AbortController()
    const reason = new AppError('cancelled', 'The run was cancelled.')
    const calling = ask(stage, { signal: stop.signal })
    const ended = assert.rejects(calling, (error) => error === reason)
    // Only once the server has the call is it the call that is ended.
    while (stage.arrived() === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    stop.abort(reason)
    await ended
  })
}
