import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TaskState } from '../../contracts/index.ts'
import { dashboard } from './dashboard.ts'
import type { DashboardRow, DashboardView } from './dashboard-view.ts'

const repository = 'acme/shop'
const row = (number: number, more: Partial<DashboardRow> = {}): DashboardRow => ({
  task: `task-${number}`,
  title: `Cart ${number}: tests`,
  state: 'running',
  agent: 'copilot',
  issue: { repository, number },
  pull: null,
  wait: null,
  error: null,
  ...more,
})
const since = '2026-11-21T10:00:00.000Z'
const view = (more: Partial<DashboardView> = {}): DashboardView => ({
  ...{ repository, run: 'run-1', title: 'A shop', state: 'running', simulated: null },
  ...{ endsAt: '2026-11-21T14:31:05.000Z', plan: ['24 slots, done in 7 min 1 s'], aggregate: null },
  rows: [
    row(1, { state: 'succeeded', pull: { repository, number: 40, state: 'merged' } }),
    row(2, { pull: { repository: 'acme/other', number: 41, state: 'draft' } }),
    row(3, {
      state: 'waiting',
      wait: { reason: 'dependency', subject: 'task-1, task-2', since, frees: null },
    }),
    row(4, { state: 'failed', error: { code: 'agent_failed', message: 'It gave up' } }),
  ],
  ...more,
})

test('it says how far the run is, and for each worker where it stands and why', () => {
  assert.equal(
    dashboard(view()),
    `## A shop

**1 of 4 done (25 %): 1 waiting, 1 running, 1 failed.** Run run-1: running. Expected to be done: 2026-11-21 14:32 UTC.

24 slots, done in 7 min 1 s

| Issue | Task | State | Pull request | By | Note |
|---|---|---|---|---|---|
| #1 | Cart 1: tests | done | #40 merged | copilot |  |
| #2 | Cart 2: tests | running | acme/other#41 draft | copilot |  |
| #3 | Cart 3: tests | waiting |  | copilot | waits for #1, #2 |
| #4 | Cart 4: tests | failed |  | copilot | agent\\_failed: It gave up |`,
  )
})

test('the simulated is labelled', () => {
  assert.match(dashboard(view({ simulated: { timeScale: 60 } })), /\*\*Simulated\*\*.*60 times/)
})

test('the result gives the cost of each merged change', () => {
  const aggregate = {
    ...{ merged: 3, wallTimeMs: 421_000, cost: { usd: 1.5, tokens: 90_000 } },
    combined: { passed: false, offenders: [['maniple/a', 'maniple/b']] },
  }
  const text = dashboard(view({ aggregate, state: 'partial' }))
  assert.match(text, /- 3 changes merged in 7 min 1 s\./)
  assert.match(text, /- Cost per merged change: 30000 tokens, 0\.5 usd\./)
  assert.match(text, /Broken by: maniple\/a with maniple\/b\./)
  assert.doesNotMatch(text, /Expected/)
  const none = { ...aggregate, merged: 0, cost: {}, combined: null }
  assert.match(dashboard(view({ aggregate: none })), /nothing was merged/)
})

test('seconds do not change it', () => {
  const [one, other] = ['2026-11-21T14:31:05.000Z', '2026-11-21T14:31:50.000Z'].map((endsAt) =>
    dashboard(view({ endsAt })),
  )
  assert.equal(one, other)
})

const nasty =
  '| \n|---|\n<script>alert(1)</script> <!-- @octocat `x` ```\n](javascript:a) ![i](http://evil.example/x.png) &#64;a \u202e fixes #1 GH-2 | a'

/** Bars that part cells: those without a backslash before them. */
const bars = (line: string) => line.replace(/\\\\/g, '').replace(/\\\|/g, '').split('|').length

test('no title breaks out of its cell', () => {
  const text = dashboard(view({ title: nasty, rows: [row(1, { title: nasty, agent: nasty })] }))
  const lines = text.split('\n').filter((line) => line.startsWith('|'))
  assert.equal(lines.length, 3)
  assert.ok(lines.every((line) => bars(line) === 8))
  assert.doesNotMatch(text, /<(?!\/?$)|@|\u202e|(?<!\\)`|(?<!\\)\]\(|:\/\/|#1 GH|&#64/)
})

test('of any texts, a row stays a row', () => {
  const piece = fc.constantFrom(
    '|',
    '\\',
    '\n',
    '`',
    '@a',
    '#1',
    '<b>',
    '](',
    '[',
    'ok',
    ' ',
    '\ud800',
  )
  const words = fc.array(piece, { maxLength: 12 }).map((all) => all.join(''))
  fc.assert(
    fc.property(words, words, words, (title, agent, message) => {
      const error = { code: 'agent_failed', message }
      const text = dashboard(view({ plan: [], rows: [row(1, { title, agent, error })] }))
      const lines = text.split('\n').filter((line) => line.startsWith('|'))
      assert.equal(lines.length, 3)
      assert.ok(
        lines.every((line) => bars(line) === 8),
        text,
      )
    }),
  )
})

const many = (count: number, stateOf: (index: number) => TaskState, title: string) =>
  view({
    title: title.repeat(20),
    rows: Array.from({ length: count }, (_, index) =>
      row(10_000 + index, {
        title: title.repeat(20),
        state: stateOf(index),
        pull: { repository, number: 20_000 + index, state: 'open' },
        error: { code: 'agent_failed', message: title.repeat(20) },
      }),
    ),
  })

test('250 workers of hostile titles fit, in every state', () => {
  for (const title of ['&&&&&&&&', '||||||||', nasty, '\u{1f600}', '[[[[@@@@']) {
    for (const state of TaskState.options) {
      const text = dashboard(many(250, () => state, title))
      assert.ok(text.length <= 60_000, `${state} ${text.length}`)
      assert.ok(text.isWellFormed())
      assert.ok(text.includes('#10000') && text.includes('#10249'), state)
    }
  }
})

test('finished rows are drawn together first', () => {
  const text = dashboard(many(400, (index) => (index < 300 ? 'succeeded' : 'running'), 'A task '))
  assert.match(text, /300 done: #10000 \(#20000\), #10001/)
  assert.match(text, /^\| #10300 \| A task A task/m)
})

test('even ten thousand fit; those in trouble are listed first', () => {
  const text = dashboard(many(10_000, (index) => (index === 9999 ? 'failed' : 'running'), '&'))
  assert.ok(text.length <= 60_000)
  assert.match(text, /^\| #19999 /m)
  assert.match(text, /\d+ more are counted above, not listed\./)
  assert.equal(dashboard(many(10_000, () => 'succeeded', '&')).length < 60_000, true)
})

test('the same view gives the same text', () => {
  assert.equal(dashboard(structuredClone(view())), dashboard(view()))
})

test('no tasks at all', () => {
  assert.match(dashboard(view({ rows: [] })), /0 of 0 done \(100 %\)/)
})
