import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AppError } from '../shared/index.ts'
import { type LoadConfigOptions, loadConfig } from './load-config.ts'

const machine = { platform: 'linux', home: '/home/ada', cpus: 6 } as const

function scratch(context: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'maniple-config-'))
  context.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

function load(cwd: string, options: Partial<LoadConfigOptions> = {}) {
  return loadConfig({ env: {}, machine, cwd, ...options })
}

function problemsOf(cwd: string, options: Partial<LoadConfigOptions> = {}): string[] {
  try {
    load(cwd, options)
  } catch (error) {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'config_invalid')
    const [heading = '', ...lines] = error.message.split('\n')
    const alone = /^The configuration has a problem: (.*)$/.exec(heading)
    if (alone !== null) return [alone[1] ?? '', ...lines]
    assert.match(heading, new RegExp(`has ${lines.length} problem`))
    return lines.map((line) => line.replace(/^- /, ''))
  }
  return []
}

test('with nothing given, the defaults are those of the machine', (t) => {
  const config = load(scratch(t))
  assert.equal(config.dataDir, '/home/ada/.local/share/maniple')
  assert.equal(config.run.commandSlots, 6)
  assert.equal(config.server.port, 5000)
  assert.equal(config.model.provider, 'simulated')
  assert.equal(config.databaseUrl, undefined)
})

test('the command line wins over the environment, the environment over the file', (t) => {
  const cwd = scratch(t, {
    'maniple.config.yaml': 'server: {port: 1}\nworker: {slots: 11}\nrun: {retries: 4}\n',
  })
  const config = load(cwd, {
    env: { MANIPLE_PORT: '2', MANIPLE_WORKER_SLOTS: '22' },
    overrides: { 'server.port': '3', 'server.host': undefined },
  })
  assert.deepEqual([config.server.port, config.worker.slots, config.run.retries], [3, 22, 4])
})

test('an address makes the provider openai-compatible, which then needs a model', (t) => {
  const cwd = scratch(t)
  const env = { MANIPLE_MODEL_BASE_URL: 'http://127.0.0.1:11434/v1' }
  assert.equal(
    load(cwd, { env: { ...env, MANIPLE_MODEL: 'llama' } }).model.provider,
    'openai-compatible',
  )
  const [line, ...others] = problemsOf(cwd, { env })
  assert.match(line ?? '', /^model\.name \(MANIPLE_MODEL\) is not given/)
  assert.deepEqual(others, [])
  const [first] = problemsOf(cwd, {
    env: { MANIPLE_MODEL_PROVIDER: 'openai-compatible', MANIPLE_MODEL: 'llama' },
  })
  assert.match(first ?? '', /^model\.baseUrl \(MANIPLE_MODEL_BASE_URL\) is not given/)
})

test('every problem is reported at once, by key, variable, value and place', (t) => {
  const cwd = scratch(t, {
    'maniple.config.yaml': [
      'server:',
      '  port: 99999',
      '  hsot: x',
      'log: loud',
      'agents:',
      '  claude: { command: claude, repo: . }',
    ].join('\n'),
  })
  const lines = problemsOf(cwd, {
    env: { MANIPLE_MODEL_TIMEOUT_SECONDS: 'soon', MANIPLE_PROT: '1', MANIPLE_AGENTS: '' },
  })
  assert.deepEqual(lines.sort(), [
    'MANIPLE_PROT in the environment is no setting; did you mean MANIPLE_PORT?',
    'agents.claude.repo in maniple.config.yaml:6 is no key of an agent; did you mean repository?',
    'agents.claude.repository in maniple.config.yaml:6 is not given; expected text',
    'log in maniple.config.yaml:4 holds a plain value; expected a map of keys',
    'model.timeoutSeconds (MANIPLE_MODEL_TIMEOUT_SECONDS) is "soon" in the environment; expected a number above 0 to 86400',
    'server.hsot in maniple.config.yaml:3 is no key of the configuration; did you mean server.host?',
    'server.port (MANIPLE_PORT) is 99999 in maniple.config.yaml:2; expected a whole number from 0 to 65535',
  ])
})

test('secrets never show', (t) => {
  const cwd = scratch(t, { 'maniple.config.yaml': 'model: {apiKey: 31337}' })
  const text = problemsOf(cwd, {
    env: {
      DATABASE_URL: 'mysql://ada:geheim@db/x',
      MANIPLE_MODEL_BASE_URL: 'ftp://ada:geheim@models/x',
      MANIPLE_MODEL: 'm',
    },
  })
  assert.equal(text.length, 3)
  assert.doesNotMatch(text.join('\n'), /geheim|31337/)
})

test('an address or a name to listen on, nothing else', (t) => {
  const cwd = scratch(t)
  for (const host of ['127.0.0.1', '::1', 'localhost', '0.0.0.0', 'box.example.org']) {
    assert.equal(load(cwd, { overrides: { 'server.host': host } }).server.host, host)
  }
  for (const host of ['http://localhost', 'a b', '/tmp/socket']) {
    assert.match(
      problemsOf(cwd, { env: { MANIPLE_HOST: host } })[0] ?? '',
      /an address or a host name/,
    )
  }
})

test('retired hosts are refused with the reason', (t) => {
  const cwd = scratch(t)
  for (const host of ['models.github.ai', 'models.inference.ai.azure.com']) {
    const env = { GitHubModels__ApiEndpoint: `https://${host}/x`, AZURE_AI_MODEL: 'gpt-4o' }
    const [line, ...others] = problemsOf(cwd, { env })
    assert.match(line ?? '', /^GitHubModels__ApiEndpoint .* was retired on .*2026-07-30/)
    assert.deepEqual(others, [])
  }
})

test('models: keys come from the environment, what is missing or retired is named', (t) => {
  const cwd = scratch(t)
  const models = (value: object, env: Record<string, string> = {}) => ({
    env: { ...env, MANIPLE_MODELS: JSON.stringify(value) },
  })
  const claude = { provider: 'anthropic', model: 'claude-x', apiKeyEnv: 'CLAUDE_KEY' }
  const config = load(cwd, models({ claude }, { CLAUDE_KEY: 'geheim' }))
  assert.deepEqual(config.models.claude, {
    provider: 'anthropic',
    model: 'claude-x',
    apiKey: 'geheim',
    concurrency: 100,
    timeoutSeconds: 120,
  })
  const [missing] = problemsOf(cwd, models({ claude }))
  assert.equal(
    missing,
    'models.claude.apiKeyEnv names CLAUDE_KEY, which the environment does not have',
  )
  const [azure] = problemsOf(
    cwd,
    models({ a: { provider: 'azure-foundry', model: 'model-router' } }),
  )
  assert.equal(azure, 'models.a needs either resource or baseUrl')
  const baseUrl = 'https://models.github.ai/inference'
  const [retired] = problemsOf(cwd, models({ a: { provider: 'openai-compatible', baseUrl } }))
  assert.match(retired ?? '', /models\.a\.baseUrl.*was retired on 2026-07-30/)
  const [unknown] = problemsOf(cwd, {
    env: { MANIPLE_PILOT_CANDIDATE: 'x', MANIPLE_MODELS: '{"a":{"provider":"simulated"}}' },
  })
  assert.equal(unknown, 'pilot.candidate names the model "x"; configured: a')
})

test('aliases are read; two names that differ are a problem', (t) => {
  const cwd = scratch(t, {
    'maniple.config.yaml': [
      'GitHubModels:',
      '  ApiEndpoint: https://models.example.org/v1',
      '  MaxConcurrentWorkloads: 10',
      '  PilotProgram: { Enabled: true, ParticipationRate: 25 }',
      'COPILOT_MONTHLY_QUOTA: 1500',
    ].join('\n'),
  })
  const env = { AZURE_AI_MODEL: 'gpt-4o', COPILOT_RESET_DAY: '1' }
  const config = load(cwd, { env })
  assert.equal(config.model.baseUrl, 'https://models.example.org/v1')
  assert.equal(config.orchestration.slots, 10)
  assert.equal(config.pilot.participation, 0.25)
  assert.equal(config.pilot.autoStart, true)
  assert.equal(config.model.name, 'gpt-4o')
  const same = load(cwd, {
    env: { ...env, MANIPLE_MODEL: 'gpt-4o', MANIPLE_ORCHESTRATION_SLOTS: '10' },
  })
  assert.equal(same.orchestration.slots, 10)
  assert.deepEqual(problemsOf(cwd, { env: { ...env, MANIPLE_MODEL: 'gpt-5' } }), [
    'model.name in the environment and AZURE_AI_MODEL in the environment both set model.name, and differ; expected one of them',
  ])
  assert.equal(load(cwd, { env, overrides: { 'model.name': 'o1' } }).model.name, 'o1')
})

test('a file that was named must exist; broken YAML is named by line', (t) => {
  const cwd = scratch(t, { 'broken.yaml': 'server:\n  port: [1\nrun: {}\n' })
  assert.match(problemsOf(cwd, { configPath: 'none.yaml' })[0] ?? '', /none\.yaml cannot be read/)
  const [line] = problemsOf(cwd, { env: { MANIPLE_CONFIG: 'broken.yaml' } })
  assert.match(line ?? '', /^broken\.yaml:[23]:\d+ is not valid YAML/)
})

test('an empty file and empty sections are no problem', (t) => {
  const cwd = scratch(t, { 'empty.yaml': '# nothing\n', 'sections.yaml': 'server:\nagents:\n' })
  assert.equal(load(cwd, { configPath: 'empty.yaml' }).server.port, 5000)
  assert.equal(load(cwd, { configPath: 'sections.yaml' }).server.port, 5000)
})

test('paths of the file start from the file, others from the working directory', (t) => {
  const cwd = scratch(t, {
    'maniple.config.yaml':
      'dataDir: data\nagents:\n  a: {command: c, repository: ../r}\n  b: {command: c, repository: ~/r}\n',
  })
  const config = load('/elsewhere', { configPath: join(cwd, 'maniple.config.yaml') })
  assert.equal(config.dataDir, join(cwd, 'data'))
  assert.equal(config.agents.a?.repository, join(cwd, '..', 'r'))
  assert.equal(config.agents.b?.repository, '/home/ada/r')
  assert.equal(load(cwd, { env: { MANIPLE_DATA_DIR: '/d' } }).dataDir, '/d')
})

test('the names of built-in agents and odd names are no agent names', (t) => {
  const cwd = scratch(t)
  const agent = '{"command":"c","repository":"r"}'
  for (const name of ['model', 'command', 'constructor.x', 'A b']) {
    const lines = problemsOf(cwd, { env: { MANIPLE_AGENTS: `{"${name}":${agent}}` } })
    assert.equal(lines.length, 1, name)
    assert.match(lines[0] ?? '', /is no name for an agent/)
  }
})

test('fault rates are shares of all calls: together at most 1', (t) => {
  const cwd = scratch(t)
  const half = { 'simulation.faults.rate429': '0.5', 'simulation.faults.rate500': 0.5 }
  assert.equal(load(cwd, { overrides: half }).simulation.faults.rate429, 0.5)
  const [line] = problemsOf(cwd, { overrides: { ...half, 'simulation.faults.rateReset': 0.1 } })
  assert.match(line ?? '', /add up to 1\.1; expected at most 1/)
})

test('the result is frozen all through', (t) => {
  const config = load(scratch(t))
  assert.throws(() => Object.assign(config, { dataDir: 'x' }), TypeError)
  assert.throws(() => Object.assign(config.simulation.faults, { rateReset: 1 }), TypeError)
})

test('all problems are told at once, whichever part of the configuration has them', (t) => {
  const cwd = scratch(t, {
    'maniple.config.yaml': [
      'server: {port: 99999}',
      'models:',
      '  a: {provider: simulated}',
      '  b: {provider: anthropic}',
      '  c: {provider: openai-compatible, baseUrl: "https://ada:geheim@api.example.org/v1"}',
      '  d: {provider: anthropic, apiKey: k, baseUrl: "https://api.example.org/v1?key=geheim"}',
      '  e: {provider: openai-compatible, baseUrl: "https://api.example.org/v1", apiKeyEnv: KEY}',
      'pilot: {candidate: x}',
      'budgets: [{scope: run, only: octo/x, period: total, unit: usd, amount: 1}]',
      'specialists: {testing: {models: [a, y]}}',
      'repositories: {octo/x: {specialists: {testing: {models: [z]}}}}',
      'simulation: {faults: {rate429: 0.7, rate500: 0.7}}',
    ].join('\n'),
  })
  const lines = problemsOf(cwd, { env: { KEY: 'geheim\n' } })
  const expected = [
    /^server\.port .* expected a whole number from 0 to 65535$/,
    /^models\.c\.baseUrl .* expected an address without credentials: give the key as apiKey$/,
    /^models\.d\.baseUrl .* expected an address without a query: /,
    /^budgets\.0\.only .*"octo\/x".*expected no name beside this scope: only a scope of repository, user, organisation/,
    /^models\.b needs apiKey or apiKeyEnv$/,
    /^models\.e\.apiKeyEnv gives a key with blanks or other odd characters/,
    /^pilot\.candidate names the model "x"; configured: a, b, c, d, e$/,
    /^specialists\.testing\.models names the model "y"; configured: a, b, c, d, e$/,
    /^repositories\.octo\/x\.specialists\.testing\.models names the model "z"; configured: a, b, c, d, e$/,
    /^the rates of simulation\.faults add up to 1\.4/,
  ]
  for (const pattern of expected)
    assert.ok(
      lines.some((line) => pattern.test(line)),
      `${pattern}: ${lines.join('\n')}`,
    )
  assert.equal(lines.length, expected.length, lines.join('\n'))
  assert.doesNotMatch(lines.join('\n'), /geheim/)
})

test('a cap may name what its scope has names for, and no other', (t) => {
  const cwd = scratch(t)
  const withCap = (scope: string) => ({
    env: {
      MANIPLE_BUDGETS: JSON.stringify([
        { scope, only: 'octo', period: 'day', unit: 'usd', amount: 1 },
      ]),
    },
  })
  for (const scope of ['repository', 'user', 'organisation']) {
    assert.equal(load(cwd, withCap(scope)).budgets[0]?.only, 'octo')
  }
  for (const scope of ['run', 'root', 'all']) {
    assert.match(problemsOf(cwd, withCap(scope))[0] ?? '', /^budgets\.0\.only .*expected no name/)
  }
})

test('what is wrong inside a map is told with what that map may hold', (t) => {
  const cwd = scratch(t, {
    'maniple.config.yaml': [
      'modle: {name: x}',
      'budgets: [{scope: everything, period: week, unit: eur, amount: 1, limit: 2}]',
      'models:',
      '  b: {provider: opena, baseUrl: http://x/}',
      '  c: {provider: simulated, modle: x, structured: 1}',
      '  d: {provider: openai-compatible, baseUrl: http://x/, apiKey: 7}',
      'specialists: {code_review: {model: a, qwertz: 1}}',
      'repositories: {octo/x: {specialists: {testing: {modle: 1}}}}',
    ].join('\n'),
  })
  const problems = problemsOf(cwd).map((line) =>
    line.replaceAll(/ in maniple\.config\.yaml:\d/g, ''),
  )
  assert.deepEqual(problems.sort(), [
    'budgets.0.limit is no key of a budget; expected scope, only, period, unit, amount',
    'budgets.0.period (MANIPLE_BUDGETS) is "week"; expected one of total, day, month',
    'budgets.0.scope (MANIPLE_BUDGETS) is "everything"; expected one of run, root, repository, user, organisation, all',
    'budgets.0.unit (MANIPLE_BUDGETS) is "eur"; expected one of usd, tokens, requests',
    'models.b.provider (MANIPLE_MODELS) is "opena"; expected one of simulated, openai-compatible, anthropic, azure-foundry',
    'models.c.modle is no key of a model; did you mean model?',
    'models.c.structured is no key of a model; expected provider, model, contextTokens, price, concurrency, requestsPerMinute, tokensPerMinute, timeoutSeconds, latencyMs',
    'models.d.apiKey (MANIPLE_MODELS) is (hidden); expected text',
    'modle is no key of the configuration; did you mean model?',
    'repositories.octo/x.specialists.testing.modle is no key of a specialist; did you mean models?',
    'specialists.code_review.model is no key of a specialist; did you mean models?',
    'specialists.code_review.qwertz is no key of a specialist; expected title, taskTypes, skills, complexity, expectedLatencyMs, instructions, models',
  ])
})
