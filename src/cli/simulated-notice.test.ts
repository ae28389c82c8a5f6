import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { loadConfig } from '../config/index.ts'
import { simulatedNotice } from './simulated-notice.ts'

const simulated = { provider: 'simulated' }
const real = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:11434/v1' }

const notice = (env: Record<string, string>): string =>
  simulatedNotice(loadConfig({ env, cwd: tmpdir() }))
const withModels = (models: object): string => notice({ MANIPLE_MODELS: JSON.stringify(models) })

test('says what is true of the configured models, and how to get real answers', () => {
  assert.match(notice({}), /^No real model is configured: .*SIMULATED\.\nSet model\.baseUrl/)
  assert.match(withModels({ a: simulated, b: simulated }), /^All configured .*\nGive one in models/)
  assert.equal(
    withModels({ a: simulated, b: real, c: real }),
    'SIMULATED are the answers of 1 of the 3 configured models.',
  )
  assert.equal(withModels({ b: real }), '')
  assert.equal(notice({ MANIPLE_MODEL_BASE_URL: real.baseUrl, MANIPLE_MODEL: 'm' }), '')
})
