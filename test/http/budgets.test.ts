import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleOrchestration } from './sample-orchestration.ts'
import { startHttp } from './started-http.ts'

type Budget = {
  readonly id: string
  readonly scope: string
  readonly name: string | null
  readonly limit: number
  readonly spent: number
  readonly reserved: number
  readonly available: number
  readonly frees: string | null
}
type Reply = { readonly budgets: readonly Budget[]; readonly next: string | null }

const budgets = [
  { scope: 'all', period: 'day', unit: 'requests', amount: 100 },
  { scope: 'run', period: 'total', unit: 'tokens', amount: 1_000_000 },
  { scope: 'repository', period: 'month', unit: 'requests', amount: 50 },
  { scope: 'repository', period: 'month', unit: 'requests', amount: 70, only: 'Octo-Org/Big' },
  { scope: 'user', period: 'total', unit: 'usd', amount: 5 },
]

test('budgets say what is left of them and when money comes back, a page at a time', async (t) => {
  const { server, tokens } = await startHttp(t, {
    requireTokens: true,
    overrides: { budgets, 'pricing.unknown': 'ceiling', 'guard.repositories': [] },
  })
  const token = async (role: 'viewer' | 'operator') => {
    const by = { user: 'test', role: 'admin', via: 'cli' } as const
    return { authorization: `Bearer ${await tokens.create({ name: role, role }, by)}` }
  }
  const [viewer, operator] = [await token('viewer'), await token('operator')]
  const list = async (query = ''): Promise<Reply> => {
    const reply = await server.inject({ url: `/api/v1/budgets${query}`, headers: viewer })
    assert.equal(reply.statusCode, 200, reply.body)
    return reply.json()
  }
  assert.deepEqual(await list(), { budgets: [], next: null })
  for (const repository of ['octo-org/octo-repo', 'octo-org/big']) {
    const { statusCode, body } = await server.inject({
      ...{ method: 'POST', url: '/api/GitHubModels/orchestrate/parallel', headers: operator },
      payload: { ...sampleOrchestration, repository },
    })
    assert.equal(statusCode, 200, body)
  }
  const all = await list()
  const today = new Date().toISOString().slice(0, 10)
  assert.equal(all.next, null)
  assert.deepEqual(
    all.budgets.map(({ scope, name, limit }) => [scope, name, limit]),
    [
      ['all', null, 100],
      ['repository', 'octo-org/big', 70],
      ['repository', 'octo-org/octo-repo', 50],
      ['user', 'operator', 5],
    ],
    'runs that have ended are left out',
  )
  const [everything] = all.budgets
  assert.equal(everything?.id, `all:day:requests:${today}`)
  const calls = 2 * sampleOrchestration.workloads.length
  assert.equal(everything.spent, calls)
  assert.equal(everything.available, 100 - calls - everything.reserved)
  assert.equal(everything.frees, `${nextDay(today)}T00:00:00.000Z`)
  assert.deepEqual(all.budgets.at(-1)?.frees, null)
  const pages = []
  for (let next: string | null = ''; next !== null; ) {
    const page: Reply = await list(`?limit=3${next === '' ? '' : `&cursor=${next}`}`)
    pages.push(page.budgets.map(({ id }) => id))
    next = page.next
  }
  assert.deepEqual(
    pages.map(({ length }) => length),
    [3, 1],
  )
  assert.deepEqual(
    pages.flat(),
    all.budgets.map(({ id }) => id),
  )
  assert.equal((await server.inject('/api/v1/budgets')).statusCode, 401)
})

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}
