import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configAliases } from './config-aliases.ts'
import { configKeys } from './config-keys.ts'
import { defaultDataDir } from './default-data-dir.ts'

test('every key has one environment name of its own, and says what it means', () => {
  const names = [...configKeys.map((key) => key.env), ...configAliases.map((alias) => alias.env)]
  assert.equal(new Set(names).size, names.length)
  for (const key of configKeys) {
    assert.match(key.env, /^[A-Z][A-Z0-9_]+$/)
    assert.notEqual(key.meaning, '', key.key)
  }
  const byKey = new Map(configKeys.map((key) => [key.key, key.env]))
  assert.equal(byKey.get('databaseUrl'), 'DATABASE_URL')
  assert.equal(byKey.get('server.port'), 'MANIPLE_PORT')
  assert.equal(byKey.get('simulation.faults.rateReset'), 'MANIPLE_SIMULATION_FAULTS_RATE_RESET')
})

test('aliases lead to keys that exist', () => {
  const keys = configKeys.map((key) => key.key)
  for (const alias of configAliases) assert.ok(keys.includes(alias.key), alias.key)
})

test('the data directory follows the custom of each platform', () => {
  const on = (platform: NodeJS.Platform, env: Record<string, string>) =>
    defaultDataDir(env, { platform, home: '/h', cpus: 1 })
  assert.equal(on('linux', {}), '/h/.local/share/maniple')
  assert.equal(on('linux', { XDG_DATA_HOME: '/xdg' }), '/xdg/maniple')
  assert.equal(on('linux', { XDG_DATA_HOME: 'relative' }), '/h/.local/share/maniple')
  assert.equal(on('darwin', {}), '/h/Library/Application Support/maniple')
  assert.equal(on('win32', { LOCALAPPDATA: 'C:\\L' }), 'C:\\L\\maniple')
})
