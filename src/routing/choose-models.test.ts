import assert from 'node:assert/strict'
import test from 'node:test'
import { RoutingDecision } from '../contracts/index.ts'
import { chooseModels } from './choose-models.ts'
import { defaultSpecialists } from './default-specialists.ts'
import type { ModelOutcome, ModelState } from './model-state.ts'

const base = defaultSpecialists[0]
assert.ok(base)
const specialist = { ...base, models: ['alpha', 'beta'] }
const workload = { type: 'code_generation', complexity: 'medium', estimatedTokens: 2_000 } as const
const settings = { adaptive: true, explorationFloor: 0.1 }

type Changes = Partial<Omit<ModelState, 'profile'>> & {
  readonly contextTokens?: number
  readonly usd?: number | null
}

function model(name: string, changes: Changes = {}): ModelState {
  const { contextTokens = 100_000, usd = 1, ...state } = changes
  const price =
    usd === null ? null : { inputUsdPerMillion: usd, outputUsdPerMillion: usd, source: 'test' }
  const lane = {
    name: `model:${name}`,
    concurrency: 10,
    requestsPerMinute: null,
    tokensPerMinute: null,
  }
  return {
    profile: {
      ...{ name, provider: 'openai-compatible', model: name, contextTokens },
      ...{ price, lane, simulated: false },
    },
    ...{ breaker: 'closed', shut: null, held: 0, budgetAllows: true },
    ...state,
  }
}

const outcome = (name: string, calls: number, successes: number): ModelOutcome => ({
  ...{ model: name, taskType: 'code_generation', complexity: 'medium', calls, successes },
  ...{ meanLatencyMs: 1_000, meanCostUsd: null },
})

type Question = Parameters<typeof chooseModels>[0]
const choose = (models: readonly ModelState[], changes: Partial<Question> = {}) =>
  chooseModels({ specialist, workload, models, outcomes: [], settings, draw: 0.9, ...changes })

test('the preferred model comes first, the others are the fallbacks in order', () => {
  const decision = choose([model('gamma'), model('beta'), model('alpha')])
  RoutingDecision.shape.models.parse(decision)
  assert.deepEqual(decision.order, ['alpha', 'beta', 'gamma'])
  assert.equal(decision.candidates[0]?.lost, null)
  assert.match(decision.candidates[1]?.lost ?? '', /scores .*alpha/)
})

test('what cannot take the task comes last, least bad first, with the reason', () => {
  const until = '2026-01-01T00:00:00.000Z'
  const { order, candidates } = choose([
    model('small', { contextTokens: 1_000 }),
    model('poor', { budgetAllows: false, usd: null }),
    model('alpha', { breaker: 'open', shut: { reason: 'breaker', until } }),
    model('beta', { shut: { reason: 'rate', until } }),
    model('gamma'),
  ])
  assert.deepEqual(order, ['gamma', 'beta', 'alpha', 'poor', 'small'])
  const lost = candidates.map(({ lost }) => lost ?? '')
  for (const [index, pattern] of [
    /^$/,
    /shut until/,
    /breaker is open/,
    /price is unknown/,
    /longer than its context/,
  ].entries()) {
    assert.match(lost[index] ?? 'missing', pattern)
  }
})

test('with every model excluded there is still an order, and the first says why it waits', () => {
  const { order, candidates, explored } = choose(
    [model('alpha', { budgetAllows: false }), model('beta', { breaker: 'open' })],
    { draw: 0 },
  )
  assert.deepEqual(order, ['beta', 'alpha'])
  assert.match(candidates[0]?.reasons[0] ?? '', /no model can take the task now.*breaker/)
  assert.equal(explored, false)
})

test('success moves the choice, but a few calls do not', () => {
  const models = [model('alpha'), model('beta')]
  const few = [outcome('alpha', 2, 1), outcome('beta', 2, 2)]
  const many = [outcome('alpha', 200, 120), outcome('beta', 200, 196)]
  assert.equal(choose(models, { outcomes: few }).order[0], 'alpha')
  assert.equal(choose(models, { outcomes: many }).order[0], 'beta')
})

test('not adaptive: outcomes are not looked at, nothing is explored, no draw is kept', () => {
  const outcomes = [outcome('alpha', 200, 0), outcome('beta', 200, 200)]
  const off = { adaptive: false, explorationFloor: 1 }
  const models = [model('alpha'), model('beta')]
  const decision = choose(models, { outcomes, settings: off, draw: 0 })
  assert.deepEqual(decision, choose(models, { settings: off, draw: 0.99 }))
  assert.deepEqual([decision.order[0], decision.explored, decision.draw], ['alpha', false, null])
})

test('among equals the least loaded, then the cheaper, then the name; never the order given', () => {
  const any = { specialist: { ...specialist, models: [] } }
  assert.equal(choose([model('a', { held: 5 }), model('b', { held: 1 })], any).order[0], 'b')
  assert.equal(choose([model('a', { usd: 9 }), model('b', { usd: 1 })], any).order[0], 'b')
  assert.deepEqual(choose([model('b'), model('a')], any), choose([model('a'), model('b')], any))
})

test('the draws below the floor are shared out evenly among the models that can', () => {
  const models = ['a', 'b', 'c', 'd'].map((name) => model(name))
  const dead = model('e', { breaker: 'open' })
  const counts = new Map<string, number>()
  for (let step = 0; step < 1_000; step += 1) {
    const { order } = choose([...models, dead], {
      specialist: { ...specialist, models: [] },
      settings: { adaptive: true, explorationFloor: 0.2 },
      draw: (step + 0.5) / 1_000,
    })
    counts.set(order[0] ?? '', (counts.get(order[0] ?? '') ?? 0) + 1)
  }
  assert.deepEqual(Object.fromEntries(counts), { a: 850, b: 50, c: 50, d: 50 })
})

test('a model that never answered has no latency to tell of, and gains nothing by it', () => {
  const outcomes = [{ ...outcome('alpha', 4, 0), meanLatencyMs: null }, outcome('beta', 4, 4)]
  const { order, candidates } = choose([model('alpha'), model('beta'), model('gamma')], {
    outcomes,
    specialist: { ...specialist, models: [] },
    settings: { adaptive: true, explorationFloor: 0 },
  })
  const reasons = new Map(candidates.map(({ name, reasons }) => [name, reasons.join('; ')]))
  assert.match(reasons.get('alpha') ?? '', /no answer yet \(0\.00\)/)
  assert.match(reasons.get('beta') ?? '', /1000 ms measured/)
  assert.match(reasons.get('gamma') ?? '', /latency not measured \(0\.25\)/)
  assert.equal(order.at(-1), 'alpha')
})

test('a model whose provider refused for good is passed over with that reason', () => {
  const dead = model('alpha', { breaker: 'open', deadCode: 'model_auth' })
  const { order, candidates } = choose([dead, model('beta')])
  assert.deepEqual(order, ['beta', 'alpha'])
  assert.match(candidates.at(-1)?.lost ?? '', /refused for good \(model_auth\)/)
})

test('without any model there is nothing to choose', () => {
  assert.throws(() => choose([]), { code: 'config_invalid' })
})
