import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { TokenCredential } from '@azure/identity'
import { AppError, systemClock } from '../../shared/index.ts'
import type { AzureFoundrySettings } from '../contract.ts'
import { createModelClient } from '../registry.ts'

const settings = {
  provider: 'azure-foundry',
  model: 'my-deployment',
  concurrency: 1,
  timeoutMs: 30_000,
} as const

/** What the client says of itself when nothing answers: its address is in the message. */
async function failureOf(
  more: Partial<AzureFoundrySettings>,
  azureCredential?: TokenCredential,
): Promise<AppError> {
  const ports = { clock: systemClock, ...(azureCredential && { azureCredential }) }
  const { signal } = new AbortController()
  const error = await createModelClient({ ...settings, ...more }, ports)
    .generate({ system: 's', prompt: 'p', signal })
    .catch((reason: unknown) => reason)
  assert.ok(error instanceof AppError, String(error))
  return error
}

describe('the Azure client', () => {
  it('refuses what names no resource', () => {
    const wrong = [
      {},
      { resource: '' },
      { resource: 'me@evil.example:80/#' },
      { baseUrl: 'nowhere' },
      { baseUrl: 'https://x.openai.azure.com/openai?api-version=1' },
    ]
    for (const more of wrong) {
      assert.throws(
        () => createModelClient({ ...settings, apiKey: 'k', ...more }),
        (error) => error instanceof AppError && error.code === 'config_invalid',
        JSON.stringify(more),
      )
    }
  })

  it('without a key asks the identity for a token of the right scope, and shows neither', async () => {
    const scopes: unknown[] = []
    const credential: TokenCredential = {
      getToken: async (scope) => {
        scopes.push(scope)
        return { token: 'token-0123456789', expiresOnTimestamp: Date.now() + 3_600_000 }
      },
    }
    const error = await failureOf({ baseUrl: 'http://127.0.0.1:1/v1' }, credential)
    assert.deepEqual([error.code, error.isRetryable], ['model_failed', true])
    assert.ok(!`${error.message}${String(error.stack)}`.includes('token-0123456789'))
    assert.deepEqual(scopes.flat(), ['https://cognitiveservices.azure.com/.default'])
  })

  it('says how to sign in when the identity gives no token', async () => {
    const getToken = () => Promise.reject(new Error('tenant secret-tenant: AADSTS\nmany lines'))
    const error = await failureOf({ resource: 'my-resource' }, { getToken })
    assert.deepEqual([error.code, error.isRetryable], ['model_auth', false])
    assert.match(error.message, /give an API key, or sign in: az login/)
    assert.ok(!error.message.includes('secret-tenant'))
  })

  it('gives up on an identity that never answers', async () => {
    const getToken = () => Promise.withResolvers<null>().promise
    const error = await failureOf({ resource: 'my-resource', timeoutMs: 100 }, { getToken })
    assert.match(error.message, /no answer within 0\.1 s/)
  })

  it('loads the identity library only without a key', async () => {
    const registry = new URL('../registry.ts', import.meta.url).href
    const script = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) })
      const { createModelClient } = await import(${JSON.stringify(registry)})
      const settings = { ...${JSON.stringify(settings)}, baseUrl: 'http://127.0.0.1:1/v1' }
      const request = { system: 's', prompt: 'p', signal: new AbortController().signal }
      const count = (name) => seen.filter((url) => url.includes('node_modules/' + name)).length > 0
      const after = async (client) => {
        await client.generate(request).catch(() => {})
        return [count('@ai-sdk/azure'), count('@azure/identity')]
      }
      const keyed = createModelClient({ ...settings, apiKey: 'k' })
      const before = [count('@ai-sdk/azure'), count('@azure/identity')]
      const getToken = async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3600000 })
      const sleep = () => new Promise(() => {})
      const clock = { now: Date.now, sleep, after: () => () => {} }
      const ports = { clock, azureCredential: { getToken } }
      const keyless = createModelClient(settings, ports)
      console.log(JSON.stringify([before, await after(keyed), await after(keyless)]))`
    const args = ['--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    assert.deepEqual(JSON.parse(stdout), [
      [false, false],
      [true, false],
      [true, true],
    ])
  })
})
