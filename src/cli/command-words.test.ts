import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { commandLine } from './command-words.ts'

test('what is suggested can be typed: same agent, repository, check and data, quoted', () => {
  const flags = { agent: "sh -c 'x'", check: 'npm test', dataDir: 'my data', json: true }
  assert.equal(
    commandLine(['retry', 'r1'], flags, '/opt/maniple/dist/cli/main.js'),
    `maniple retry r1 --agent 'sh -c '\\''x'\\''' --repo ${resolve('.')} --check 'npm test' --data-dir '${resolve('my data')}'`,
  )
})

test('the names handed on come again, their values never', () => {
  const line = commandLine(['retry', 'r1'], { agent: 'x', passEnv: ['KEY', 'B'] }, 'maniple')
  assert.match(line, / --pass-env KEY --pass-env B$/)
})

test('from a checkout it goes through npm', () => {
  assert.equal(
    commandLine(['retry', 'r1'], {}, '/src/cli/main.ts'),
    'npm run --silent maniple -- retry r1',
  )
})
