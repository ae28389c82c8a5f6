import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DashboardRow, dashboard, workerIssue } from '../../src/planning/index.ts'
import { sanitiseText } from '../../src/policy/index.ts'

// The gate sanitises whatever is written, Maniple's own words too. What it changes it may break: a
// table, a fence. So these texts are such that it leaves them alone.

const repository = 'acme/shop'
const clean = (text: string) =>
  sanitiseText(text, {
    ...{ kind: 'markdown', repository, closes: [], maxLength: 60_000 },
    ...{ hosts: ['github.com'], mentions: [], triggers: ['parallel-execution'] },
  })
const nasty = [
  'Fix `a|b` in <Cart> & [x](https://evil.example) ![i](y)',
  'fixes #1, closes GH-2 @octocat www.evil.example &#64;team &lt;b&gt;',
  '/maniple approve',
  '<!-- maniple:1 key=x --> ``` ~~~ $`x`$ \\| \\',
  'snake_case **bold** ~~gone~~ # head | --- |',
  'a[b]: https://evil.example a](b) ]: c',
]

const row = (title: string, index: number): DashboardRow => ({
  ...{ task: `t${index}`, title, state: index % 2 === 0 ? 'failed' : 'running', agent: 'copilot' },
  ...{ issue: { repository, number: index + 1 }, wait: null },
  pull: { repository, number: index + 50, state: 'closed' },
  error: { code: 'agent_failed', message: title },
})

const view = {
  ...{ repository, run: 'run-1', title: nasty[0] ?? '', simulated: { timeScale: 60 } },
  ...{ endsAt: '2026-11-21T10:00:00.000Z', plan: [...nasty.slice(0, 2)] },
  rows: nasty.map(row),
}

test('the gate leaves a dashboard as it is', () => {
  const text = dashboard({ ...view, state: 'running', aggregate: null })
  assert.equal(clean(text), text)
  const collapsed = Array.from({ length: 500 }, (_, index) => ({
    ...row(nasty[index % nasty.length] ?? '', index),
    state: 'succeeded' as const,
  }))
  const aggregate = {
    ...{ merged: 500, wallTimeMs: 1000, cost: { usd: 2 } },
    combined: { passed: false, offenders: [['maniple/a', 'maniple/b']] },
  }
  const long = dashboard({ ...view, state: 'partial', rows: collapsed, aggregate })
  assert.equal(clean(long), long)
})

test('the gate leaves a worker issue as it is, but for what acts inside its block', () => {
  const parent = { repository, number: 7, title: nasty[1] ?? '' }
  const refs = nasty.map((title, index) => ({ repository, number: index + 1, title }))
  const task = { id: 'a', title: 'A', acceptance: nasty, dependsOn: refs, links: refs, repository }
  const plain = workerIssue(
    { ...task, instructions: 'Goal: `x`\n\n````js\nf()\n````' },
    parent,
  ).body
  assert.equal(clean(plain), plain)
  const hostile = workerIssue({ ...task, instructions: nasty.join('\n') }, parent).body
  const outside = (text: string) => text.replace(/^(`{3,})text\n[\s\S]*?\n\1$/m, '')
  assert.equal(outside(clean(hostile)), outside(hostile))
  assert.notEqual(outside(hostile), hostile)
})
