import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type WorkerTask, workerIssue } from './worker-issue.ts'

const repository = 'acme/shop'
const task: WorkerTask = {
  id: 'cart-tests',
  title: 'Cart: tests',
  instructions: 'Goal: A shop\n\nTask: Cart: tests',
  acceptance: ['Empty carts are tested'],
  dependsOn: [{ repository, number: 12, title: 'Cart: implementation' }],
  links: [{ repository: 'acme/api', number: 3, title: 'API' }],
  repository,
}
const parent = { repository, number: 7, title: 'A shop' }

test('it holds task, acceptance, dependencies, links and labels', () => {
  const { title, body, labels } = workerIssue(task, parent)
  assert.equal(title, 'Cart: tests')
  assert.deepEqual(labels, ['copilot-worker', 'parent:7', 'status:queued'])
  assert.match(body, /^One task of #7, named cart-tests\.$/m)
  assert.match(body, /^```text\nGoal: A shop\n\nTask: Cart: tests\n```$/m)
  assert.match(body, /^- \[ \] Empty carts are tested$/m)
  assert.match(body, /## Depends on\n\n- #12 Cart: implementation\n/)
  assert.match(body, /## Links\n\n- #7 A shop\n- acme\/api#3 API$/)
})

test('no instructions leave their block', () => {
  const backticks = fc.integer({ min: 0, max: 12 }).map((count) => '`'.repeat(count))
  const line = fc.tuple(fc.constantFrom('', '  ', '~~~', 'a'), backticks, fc.constantFrom('', 'x'))
  const text = fc.array(
    line.map((parts) => parts.join('')),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(text, (lines) => {
      const instructions = lines.join('\r\n')
      const { body } = workerIssue({ ...task, instructions }, parent)
      const all = body.split('\n')
      const start = all.findIndex((one) => /^`{3,}text$/.test(one))
      const fence = (all[start] ?? '').replace('text', '')
      const end = all.findIndex(
        (one, index) => index > start && one.trim().startsWith(fence) && /^`+$/.test(one.trim()),
      )
      assert.deepEqual(all.slice(start + 1, end), lines.length === 0 ? [''] : lines)
    }),
  )
})

test('huge and hostile input stays within what GitHub takes', () => {
  for (const nasty of ['|@a <b> `#1` &'.repeat(20_000), '&'.repeat(280_000), '`'.repeat(280_000)]) {
    staysWithin(nasty)
  }
})

function staysWithin(nasty: string): void {
  const refs = Array.from({ length: 80 }, (_, index) => ({
    ...{ repository: 'acme/other', number: 100_000 + index },
    title: nasty,
  }))
  const hostile = {
    ...task,
    ...{ title: nasty, instructions: nasty, acceptance: Array(500).fill(nasty) },
    ...{ dependsOn: refs, links: refs },
  }
  const { title, body } = workerIssue(hostile, { ...parent, title: nasty })
  assert.ok(title.length <= 256 && body.length <= 60_000, `${body.length}`)
  assert.match(body, nasty.startsWith('`') ? /^`{100}$/m : /^Cut here: it has 280000 characters/m)
  assert.match(body, /^- and 30 more$/m)
}

test('what nobody named is named by its task', () => {
  assert.equal(workerIssue({ ...task, title: ' \u200b\n' }, parent).title, 'Task cart-tests')
})
