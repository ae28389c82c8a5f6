import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError, type ErrorCode, type Json } from '../shared/index.ts'
import { splitWorkflow } from './split-workflow.ts'

const limits = { maxBytes: 10_000_000, maxTasks: 10_000 }
const wide = { maxBytes: 100_000_000, maxTasks: 200_000 }

/** What the reason is, not how long it takes: a slow refusal shows as the file's time-out. */
function refused(input: Json, code: ErrorCode, own = limits): string {
  try {
    splitWorkflow(input, { limits: own })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    assert.equal(error.code, code)
    assert.match(error.message, /^[^\n\r]{1,1000}$/)
    return error.message
  }
  return assert.fail('The input was accepted')
}

const nodes = (count: number, rest: (index: number) => Record<string, Json>) =>
  Array.from({ length: count }, (_, index) => ({ id: `n${index}`, type: 'agent', ...rest(index) }))

describe('hostile input', { timeout: 60_000 }, () => {
  it('of 100,000 nodes is refused with both numbers', () => {
    const message = refused({ nodes: nodes(100_000, () => ({})) }, 'input_too_large')
    assert.match(message, /^nodes: the list has 100,000 entries, the limit is 10,000/)
  })

  it('of 10 MB is refused with both sizes, as text and as a value', () => {
    const pad = 'x'.repeat(10_000_000)
    assert.match(refused(pad, 'input_too_large'), /10,000,000 bytes, the limit of prose is 262,144/)
    assert.match(refused(`${pad}x`, 'input_too_large'), /10,000,001 bytes, the limit is 10,000,000/)
    refused({ nodes: [{ id: 'a', type: 'agent', config: { prompt: pad } }] }, 'input_too_large')
  })

  it('that is a chain of 100,000 nodes is split where the limits allow it', () => {
    const chain = nodes(100_000, (index) => ({ dependsOn: index === 0 ? [] : [`n${index - 1}`] }))
    const plan = splitWorkflow({ nodes: chain }, { limits: wide })
    assert.equal(plan.tasks.length, 100_000)
    assert.deepEqual(plan.tasks[99_999]?.dependsOn, ['n99998'])
    assert.equal(splitWorkflow({ nodes: chain }, { limits: wide, level: 'small' }).tasks.length, 10)
  })

  it('that is one cycle of 100,000 nodes is named in one line', () => {
    const ring = nodes(100_000, (index) => ({ dependsOn: [`n${(index + 1) % 100_000}`] }))
    assert.match(refused({ nodes: ring }, 'split_cycle', wide), /n0 → n1 → .* and 99,\d{3} more/)
  })

  it('with 100,000 unknown dependencies or equal ids is named in one line', () => {
    const unknown = nodes(100_000, (index) => ({ dependsOn: [`m${index}`] }))
    assert.match(refused({ nodes: unknown }, 'split_unknown_dependency', wide), /and 99,\d{3} more/)
    const equal = nodes(100_000, () => ({ id: 'same' }))
    assert.match(
      refused({ nodes: equal }, 'split_duplicate_id', wide),
      /"same" \(nodes\[0\]\.id and nodes\[1\]\.id/,
    )
  })

  it('with 100,000 titles alike gets an id for each', () => {
    const tasks = Array.from({ length: 100_000 }, () => 'Do it')
    const plan = splitWorkflow(
      { nodes: [{ id: 'p', type: 'parallel', config: { tasks } }] },
      { limits: wide },
    )
    assert.equal(new Set(plan.tasks.map((task) => task.id)).size, 100_000)
  })

  it('of deep JSON is refused without recursion', () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
    assert.match(
      refused(`{"nodes":${deep}}`, 'input_invalid'),
      /^nodes\[0\].*deeper than 64 levels/,
    )
    refused('['.repeat(1_000_000), 'input_invalid')
    refused('{"a":'.repeat(1_000_000), 'input_invalid')
    refused(`{"a":"${'x'.repeat(9_000_000)}`, 'input_invalid')
    refused(`{"a":"${'\\\\n'.repeat(2_000_000)}`, 'input_invalid')
  })

  it('of Markdown that parsers are slow on is refused or split', () => {
    refused(
      Array.from({ length: 400 }, (_, i) => `${' '.repeat(2 * i)}- a`).join('\n'),
      'input_invalid',
    )
    refused(`${'- '.repeat(5_000)}a`, 'input_invalid')
    refused(`${'>'.repeat(5_000)}a`, 'input_invalid')
    refused(`- a\n${'b\n'.repeat(50_000)}`, 'input_too_large')
    refused('- [ ] a\n'.repeat(20_000), 'input_too_large')
    // What looks like a fence or comment must not carry slow text past the checks.
    for (const start of ['a\n    ```', '<!--', '    <!--', 'a <!--']) {
      const text = `- [ ] x\n\n${start}\n- a\n${'b\n'.repeat(50_000)}`
      try {
        splitWorkflow(text, { limits })
      } catch (error) {
        assert.ok(error instanceof AppError && error.code === 'input_too_large')
      }
    }
    refused(`-\n${'b\n'.repeat(1_000)}`, 'input_too_large')
    refused(`1. a\n\n   b\n${'b\n'.repeat(1_000)}`, 'input_too_large')
    assert.equal(splitWorkflow('b\n'.repeat(1_900), { limits }).tasks.length, 1)
    const groups = Array.from({ length: 2 }, (_, i) => `${i + 1}. g\n${'   - a\n'.repeat(1_100)}`)
    refused(groups.join(''), 'input_too_large')
    const slowInline = [
      '[a]('.repeat(10_000),
      '*a _b '.repeat(10_000),
      '`a'.repeat(50_000),
      '<!--'.repeat(20_000),
    ]
    for (const text of slowInline) splitWorkflow(`- [ ] x ${text}`, { limits })
    const backticks = Array.from({ length: 600 }, (_, index) => '`'.repeat(index)).join(' ')
    assert.equal(splitWorkflow(`- [ ] x ${backticks}`, { limits }).tasks.length, 1)
  })

  it('with keys of Object.prototype changes nothing', () => {
    const text =
      '{"__proto__":{"polluted":1},"nodes":[{"id":"__proto__","type":"agent","__proto__":{"x":1}},{"id":"constructor","type":"agent","dependsOn":["__proto__"],"config":{"__proto__":{"polluted":1},"task":"x"}},{"id":"toString","type":"agent","dependsOn":["hasOwnProperty"]}]}'
    assert.match(refused(text, 'split_unknown_dependency'), /"hasOwnProperty"/)
    const plan = splitWorkflow(text.replace('hasOwnProperty', 'constructor'), { limits })
    assert.deepEqual(
      plan.tasks.map((task) => task.id),
      ['proto', 'constructor', 'tostring'],
    )
    assert.deepEqual(plan.tasks[1]?.dependsOn, ['proto'])
    assert.equal(Reflect.get({}, 'polluted'), undefined)
  })
})
