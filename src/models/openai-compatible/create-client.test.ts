import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { ModelReply } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { OpenAiCompatibleSettings } from '../contract.ts'
import { createModelClient } from '../registry.ts'

const apiKey = 'sk-very-secret-0123456789'

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const close = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { baseUrl: `http://127.0.0.1:${address.port}/v1`, [Symbol.asyncDispose]: close }
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  }

const completion = (content: string | null, finishReason = 'stop', usage?: object) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-test',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
  ...(usage === undefined ? {} : { usage }),
})

const refusal = (message: string, code: string | null = null) => ({
  error: { message, type: 'invalid_request_error', param: null, code },
})

function call(
  baseUrl: string,
  options: Partial<OpenAiCompatibleSettings> & { readonly signal?: AbortSignal } = {},
): Promise<ModelReply> {
  const { signal = new AbortController().signal, ...settings } = options
  const defaults = { model: 'gpt-test', apiKey, concurrency: 5, timeoutMs: 30_000 }
  const client = createModelClient({
    provider: 'openai-compatible',
    baseUrl,
    ...defaults,
    ...settings,
  })
  return client.generate({ system: 'Rules.', prompt: 'Task.', signal })
}

/** The failure of a call, checked to name no key. */
async function failure(calling: Promise<ModelReply>): Promise<AppError> {
  const error = await calling.then(
    (reply) => assert.fail(`expected a failure, got ${JSON.stringify(reply)}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof AppError, String(error))
  const shown = `${error.message} ${JSON.stringify(error)} ${String(error.stack)}`
  assert.ok(!shown.includes(apiKey), 'the key shows')
  assert.ok(!error.message.includes('\n'), 'one line')
  assert.ok(error.message.length < 700, 'bounded')
  return error
}

async function failureOf(status: number, body: unknown, headers: Record<string, string> = {}) {
  await using server = await serve(answering(status, body, headers))
  return await failure(call(server.baseUrl))
}

describe('a call', () => {
  it('sends key, model and messages, and returns text, tokens and finish reason', async () => {
    const seen: { url?: string | undefined; key?: string | undefined; body: string } = { body: '' }
    await using server = await serve((request, response) => {
      seen.url = request.url
      seen.key = request.headers.authorization
      request.on('data', (chunk: Buffer) => {
        seen.body += chunk.toString()
      })
      const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }
      answering(200, completion('Done.', 'length', usage))(request, response)
    })
    const reply = await call(`${server.baseUrl}/?api-version=2026-01-01`)
    assert.deepEqual(reply, {
      text: 'Done.',
      inputTokens: 12,
      outputTokens: 3,
      finishReason: 'length',
      answeredBy: 'gpt-test',
    })
    assert.equal(seen.url, '/v1/chat/completions?api-version=2026-01-01')
    assert.equal(seen.key, `Bearer ${apiKey}`)
    assert.deepEqual(JSON.parse(seen.body), {
      model: 'gpt-test',
      messages: [
        { role: 'system', content: 'Rules.' },
        { role: 'user', content: 'Task.' },
      ],
    })
  })

  it('does not know the tokens where the provider reports none', async () => {
    await using server = await serve(answering(200, completion('Done.')))
    const reply = await call(server.baseUrl)
    assert.deepEqual([reply.inputTokens, reply.outputTokens], [Number.NaN, Number.NaN])
  })

  it('rejects with the reason of the signal, before and during the call', async () => {
    const reason = new AppError('cancelled', 'The run was cancelled.')
    const arrived = Promise.withResolvers<void>()
    const dropped = Promise.withResolvers<void>()
    await using server = await serve((_request, response) => {
      response.once('close', dropped.resolve)
      arrived.resolve()
    })
    await assert.rejects(
      call(server.baseUrl, { signal: AbortSignal.abort(reason) }),
      (e) => e === reason,
    )
    const stop = new AbortController()
    const calling = assert.rejects(
      call(server.baseUrl, { signal: stop.signal }),
      (e) => e === reason,
    )
    await arrived.promise
    stop.abort(reason)
    await calling
    await dropped.promise
  })
})

describe('a failed call', () => {
  const cases = [
    [401, 'model_auth', false, /check the API key/],
    [403, 'model_auth', false, /what the API key may use/],
    [404, 'model_auth', false, /model name and the base URL http:\/\/127/],
    [410, 'model_gone', false, /it was retired, configure another model/],
    [400, 'model_failed', false, /change the task or the model/],
    [413, 'model_failed', false, /change the task or the model/],
    [422, 'model_failed', false, /change the task or the model/],
    [408, 'model_failed', true, /worth another try/],
    [429, 'model_rate_limited', true, /slowing down/],
    [500, 'model_failed', true, /worth another try/],
    [503, 'model_failed', true, /worth another try/],
  ] as const
  for (const [status, code, isRetryable, remedy] of cases) {
    it(`with ${status} is ${code}, ${isRetryable ? '' : 'not '}retryable`, async () => {
      const error = await failureOf(status, refusal(`Key ${apiKey} and\n\u001b[31mred\u0000 text.`))
      assert.deepEqual([error.code, error.isRetryable], [code, isRetryable])
      assert.match(error.message, remedy)
      assert.match(error.message, new RegExp(`openai-compatible/gpt-test answered ${status} `))
      assert.match(error.message, /Key \[API key\] and \[31mred text/)
    })
  }

  it('with a used-up quota is not tried again', async () => {
    const error = await failureOf(429, refusal('No money left.', 'insufficient_quota'))
    assert.deepEqual([error.code, error.isRetryable], ['model_failed', false])
  })

  it('says when to come back', async () => {
    const limited = (headers: Record<string, string>) =>
      failureOf(429, refusal('Slow down.'), headers)
    assert.equal((await limited({})).retryAfterMs, undefined)
    assert.equal((await limited({ 'retry-after': '7' })).retryAfterMs, 7000)
    const both = await limited({ 'retry-after': '7', 'retry-after-ms': '120' })
    assert.equal(both.retryAfterMs, 120)
    const busy = await failureOf(503, refusal('Busy.'), { 'retry-after': '3' })
    assert.equal(busy.retryAfterMs, 3000)
  })

  it('with a long or foreign body stays short', async () => {
    const long = await failureOf(500, refusal('x'.repeat(100_000)))
    assert.match(long.message, /x…\)/)
    const html = await failureOf(502, '<html>Bad gateway</html>')
    assert.equal(html.isRetryable, true)
  })

  it('with 200 and no completion names the base URL', async () => {
    for (const body of ['<html>Welcome</html>', '{"id": "x", "choices": [', '{"choices": []}']) {
      const error = await failureOf(200, body)
      assert.deepEqual([error.code, error.isRetryable], ['model_failed', true], body)
    }
    const error = await failureOf(200, '<html>Welcome</html>')
    assert.match(error.message, /no chat completion.*check the base URL http:\/\/127/)
  })

  it('with an empty text is retryable, with a filtered one not', async () => {
    for (const content of ['', ' \n', null]) {
      const error = await failureOf(200, completion(content))
      assert.deepEqual([error.code, error.isRetryable], ['model_failed', true])
      assert.match(error.message, /empty answer \(finish reason stop\)/)
    }
    const filtered = await failureOf(200, completion('', 'content_filter'))
    assert.deepEqual([filtered.code, filtered.isRetryable], ['model_failed', false])
  })

  it('without a connection is retryable', async () => {
    const gone = await serve(answering(200, completion('Done.')))
    await gone[Symbol.asyncDispose]()
    const refused = await failure(call(gone.baseUrl))
    assert.deepEqual([refused.code, refused.isRetryable], ['model_failed', true])
    assert.match(refused.message, /cannot be reached at http:\/\/127\.0\.0\.1:\d+\/v1/)
    await using server = await serve((request) => request.socket.destroy())
    const reset = await failure(call(server.baseUrl))
    assert.deepEqual([reset.code, reset.isRetryable], ['model_failed', true])
    await using cutting = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"id":', () => response.destroy())
    })
    const cut = await failure(call(cutting.baseUrl))
    assert.deepEqual([cut.code, cut.isRetryable], ['model_failed', true])
  })

  it('for lack of time is retryable and closes the connection', async () => {
    const dropped = Promise.withResolvers<void>()
    await using server = await serve((_request, response) => {
      response.once('close', dropped.resolve)
    })
    const error = await failure(call(server.baseUrl, { timeoutMs: 50 }))
    assert.deepEqual([error.code, error.isRetryable], ['model_failed', true])
    assert.match(error.message, /no answer within 0\.05 s/)
    await dropped.promise
  })
})

describe('making a client', () => {
  it('refuses addresses that cannot work, without showing credentials', () => {
    for (const baseUrl of ['', 'localhost:11434', 'ftp://example.com', 'http://me:hush@host/v1']) {
      assert.throws(
        () => call(baseUrl),
        (error) =>
          error instanceof AppError &&
          error.code === 'config_invalid' &&
          !error.message.includes('hush'),
        baseUrl,
      )
    }
  })

  it('refuses a key that no header can carry, without showing it', () => {
    for (const key of ['', 'hush\n', 'hush hush', 'hüsh']) {
      assert.throws(
        () => call('http://127.0.0.1:1/v1', { apiKey: key }),
        (error) => error instanceof AppError && !/h[uü]sh/.test(error.message),
      )
    }
  })

  it('does not load the AI SDK before it is needed', async () => {
    const index = new URL('../index.ts', import.meta.url).href
    const script = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) })
      const { createModelClient, prepareModels } = await import(${JSON.stringify(index)})
      const settings = { baseUrl: 'http://localhost/v1', concurrency: 1, timeoutMs: 1 }
      createModelClient({ provider: 'simulated', ...settings })
      const heavy = () => seen.filter((url) => /node_modules\\/(ai|@ai-sdk)\\//.test(url)).length
      const before = heavy()
      await prepareModels()
      console.log(JSON.stringify([before, heavy() > 0]))`
    const args = ['--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    assert.deepEqual(JSON.parse(stdout), [0, true])
  })
})
