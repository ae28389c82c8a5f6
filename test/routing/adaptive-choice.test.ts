import assert from 'node:assert/strict'
import test from 'node:test'
import {
  chooseModels,
  defaultSpecialists,
  type ModelOutcome,
  type ModelState,
} from '../../src/routing/index.ts'

const names = ['amber', 'birch', 'cedar']
const window = 60
const specialist = defaultSpecialists.find(({ name }) => name === 'code_generation')
assert.ok(specialist)

/** Park and Miller's generator: the same numbers on every machine. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const stateOf = (name: string): ModelState => ({
  profile: {
    ...{ name, provider: 'simulated', model: name, contextTokens: null, simulated: true },
    price: { inputUsdPerMillion: 1, outputUsdPerMillion: 1, source: 'test' },
    lane: {
      ...{ name: `model:${name}`, concurrency: 10 },
      ...{ requestsPerMinute: null, tokensPerMinute: null },
    },
  },
  ...{ breaker: 'closed', shut: null, held: 0, budgetAllows: true },
})

type Call = { readonly model: string; readonly succeeded: boolean }

/** What the last calls of each model amounted to, as a window of the store would give it. */
function outcomesOf(calls: readonly Call[]): readonly ModelOutcome[] {
  return names.map((model) => {
    const last = calls.filter((call) => call.model === model).slice(-window)
    return {
      ...{ model, taskType: 'code_generation', complexity: 'medium', calls: last.length },
      successes: last.filter(({ succeeded }) => succeeded).length,
      ...{ meanLatencyMs: 1_500, meanCostUsd: 0.002 },
    }
  })
}

const question = (calls: readonly Call[], draw: number) => ({
  specialist,
  workload: { type: 'code_generation', complexity: 'medium', estimatedTokens: 2_000 } as const,
  models: names.map(stateOf),
  outcomes: outcomesOf(calls),
  settings: { adaptive: true, explorationFloor: 0.15 },
  draw,
})

function simulate(rounds: number, seed: number, rateAt: (model: string, round: number) => number) {
  const random = seeded(seed)
  const calls: Call[] = []
  const stored: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const asked = question(calls, random())
    const decision = chooseModels(asked)
    stored.push(JSON.stringify({ asked, decision }))
    const model = decision.order[0] ?? ''
    calls.push({ model, succeeded: random() < rateAt(model, round) })
  }
  return { calls, stored }
}

const count = (calls: readonly Call[], model: string): number =>
  calls.filter((call) => call.model === model).length

test('a better model gains traffic, and one that turns bad loses it', (t) => {
  const rates: Readonly<Record<string, number>> = { amber: 0.6, birch: 0.95, cedar: 0.5 }
  for (const seed of [1, 7, 42, 1_234, 99_991]) {
    const { calls } = simulate(900, seed, (model, round) =>
      model === 'birch' && round >= 450 ? 0.1 : (rates[model] ?? 0),
    )
    const parts = [0, 150, 300, 450, 600, 750].map((from) => calls.slice(from, from + 150))
    const birch = parts.map((part) => count(part, 'birch'))
    const amber = parts.map((part) => count(part, 'amber'))
    t.diagnostic(`seed ${seed}: birch ${birch.join(' ')}; amber ${amber.join(' ')} of 150 each`)
    assert.ok((birch[2] ?? 0) >= 115, 'the best one has most of the calls before it turns bad')
    assert.ok((birch[2] ?? 0) > (birch[0] ?? 150), 'it gains traffic as it is found out')
    assert.ok((birch[5] ?? 150) <= 30, 'it has few of them after')
    assert.ok((amber[5] ?? 0) > (amber[2] ?? 150), 'the next best one has taken over')
    for (const part of parts) {
      for (const name of names) assert.ok(count(part, name) > 0, `${name} is never given up`)
    }
  }
})

test('stored decisions replay byte for byte from their inputs', () => {
  const { stored } = simulate(250, 5, (model) => (model === 'cedar' ? 0.9 : 0.6))
  let explored = 0
  for (const line of stored) {
    const { asked, decision } = JSON.parse(line)
    assert.equal(JSON.stringify(chooseModels(asked)), JSON.stringify(decision))
    if (decision.explored) explored += 1
  }
  assert.ok(explored > 0 && explored < stored.length / 4, `${explored} explored`)
})

test('the same seed gives the same history, another one another', () => {
  const run = (seed: number) => simulate(200, seed, () => 0.7).stored.join('\n')
  assert.equal(run(3), run(3))
  assert.notEqual(run(3), run(4))
})
