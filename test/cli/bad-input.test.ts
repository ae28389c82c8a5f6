import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { type CommandLine, openCommandLine } from './command-line.ts'

let line: CommandLine
before(async () => {
  line = await openCommandLine()
})
after(async () => line[Symbol.asyncDispose]())

const cycle = JSON.stringify({
  nodes: [
    { id: 'a', type: 'agent', dependsOn: ['b'], config: { agentType: 'x', task: 'A' } },
    { id: 'b', type: 'agent', dependsOn: ['a'], config: { agentType: 'x', task: 'B' } },
  ],
})

const request = (workloads: unknown): string =>
  JSON.stringify({ repository: 'octo-org/octo-repo', workloads })

const cases: readonly {
  readonly name: string
  readonly args: readonly string[]
  readonly input?: string
  readonly env?: Record<string, string>
  readonly says: RegExp
}[] = [
  { name: 'a missing file', args: ['split', 'none.json'], says: /no such file \(input_invalid\)/ },
  { name: 'a directory', args: ['split', 'examples'], says: /is a directory/ },
  { name: 'a cycle', args: ['split', '-'], input: cycle, says: /\(split_cycle\)/ },
  {
    name: 'broken JSON',
    args: ['split', '-'],
    input: '{"nodes": [',
    says: /stdin: line 1, column 12/,
  },
  { name: 'empty input', args: ['split', '-'], input: '', says: /empty.*\(input_invalid\)/ },
  { name: 'a binary file', args: ['split', '-'], input: 'a\0b', says: /binary/ },
  { name: 'too much', args: ['split', '-'], input: 'x'.repeat(6_000_000), says: /input_too_large/ },
  {
    name: 'no file to orchestrate',
    args: ['orchestrate', 'none.json'],
    says: /no such file \(input_invalid\)/,
  },
  {
    name: 'prose to orchestrate',
    args: ['orchestrate', 'README.md'],
    says: /"README\.md" is not valid JSON/,
  },
  {
    name: 'a wrong field to orchestrate',
    args: ['orchestrate', '-'],
    input: request([{ content: 'x', priority: 'urgent' }, { content: 7 }]),
    says: /stdin: workloads\.0\.priority: .*; workloads\.1\.content: /,
  },
  {
    name: 'too many workloads',
    args: ['orchestrate', '-'],
    input: request(Array.from({ length: 10_001 }, () => ({ content: 'x' }))),
    says: /stdin: workloads: .*10000/,
  },
  {
    name: 'a workload of control characters',
    args: ['analyze', '-'],
    input: request([{ content: 'x', '\u001b[31m': 1 }]),
    says: /workloads\.0: Unrecognized key/,
  },
  {
    name: 'a repository that is none',
    args: ['analyze', '-'],
    input: '{"repository":"../etc"}',
    says: /stdin: repository: a repository as OWNER\/REPO/,
  },
  {
    name: 'feedback on nothing',
    args: ['pilot', 'feedback'],
    says: /needs --run RUN and --rating/,
  },
  {
    name: 'a rating beyond five',
    args: ['pilot', 'feedback', '--run', 'r', '--rating', '6'],
    says: /from 1 to 5/,
  },
  {
    name: 'a reason for looking',
    args: ['pilot', 'status', '--reason', 'x'],
    says: /pilot status only looks/,
  },
  { name: 'an action that is none', args: ['pilot', 'fly'], says: /Allowed choices are status/ },
  { name: 'a decision on nothing', args: ['gate', 'approve'], says: /needs the effect's id/ },
  {
    name: 'a reason for looking at the gate',
    args: ['gate', 'list', '--reason', 'x'],
    says: /not to gate list/,
  },
  {
    name: 'an issue without a credential of GitHub',
    args: ['split', 'octo/shop#7'],
    says: /octo\/shop#7 needs a credential of GitHub: set GITHUB_TOKEN.*\(github_unavailable\)/,
  },
  {
    name: 'an issue of a repository that is not watched',
    args: ['split', 'octo/shop#7'],
    env: { GITHUB_TOKEN: 'a-token' },
    says: /octo\/shop is not among github\.repositories/,
  },
  {
    name: 'an agent command for an issue',
    args: ['split', 'octo/shop#7', '--agent', 'x'],
    says: /--agent belongs to splitting a file/,
  },
  { name: 'an unknown command', args: ['splt'], says: /Did you mean split/ },
  { name: 'a check without an agent', args: ['split', '-', '--check', 'x'], says: /needs --agent/ },
  {
    name: 'variables for no agent',
    args: ['retry', 'x', '--pass-env', 'A'],
    says: /--pass-env needs/,
  },
  { name: 'a wrong number', args: ['runs', '--limit', '0'], says: /to 1000; see --help/ },
  {
    name: 'a new specialist that is not complete',
    args: ['runs'],
    env: { MANIPLE_SPECIALISTS: '{"poet":{"title":"Poet"}}' },
    says: /specialist "poet" is new, so it must be complete; missing: taskTypes/,
  },
  { name: 'an unknown config file', args: ['--config', 'none.yaml', 'runs'], says: /none\.yaml/ },
]

for (const { name, args, input, env, says } of cases) {
  test(`${name}: exit 2, one line on stderr, one JSON object on stdout, nothing stored`, async () => {
    const plain = await line.run(args, { input, env })
    assert.equal(plain.code, 2, plain.stderr)
    assert.match(plain.stderr, /^maniple: [^\n]+ \([a-z_]+\)\n$/)
    assert.match(plain.stderr, says)
    assert.equal(plain.stdout, '')
    const json = await line.run([...args, '--json'], { input, env })
    assert.equal(json.code, 2)
    assert.equal(json.stdout.trimEnd().split('\n').length, 1)
    const { error } = JSON.parse(json.stdout)
    assert.equal(json.stderr, `maniple: ${error.message} (${error.code})\n`)
    assert.deepEqual(await readdir(line.dataDir), [])
  })
}

test('a stack is shown only when asked for', async () => {
  const { stderr } = await line.run(['split', 'none.json', '--log-level', 'debug'])
  assert.match(stderr, /^maniple: .*\n {0,}AppError: /)
  assert.match(stderr, /caused by: Error: ENOENT/)
})

test('a dry run shows the plan and stores nothing', async () => {
  const table = await line.run(['split', 'examples/shop.json', '--dry-run'])
  assert.equal(table.code, 0, table.stderr)
  assert.match(table.stdout, /^width 24 tasks/m)
  const json = await line.run(['split', 'examples/full-stack.json', '--dry-run', '--json'])
  const plan = JSON.parse(json.stdout)
  assert.equal(plan.width, 44)
  assert.equal(plan.tasks.length, 44)
  assert.deepEqual(await readdir(line.dataDir), [])
})

test('a level from stdin prose is honoured in a dry run', async () => {
  const input = Array.from({ length: 30 }, (_, index) => `- [ ] Item ${index}`).join('\n')
  const { stdout } = await line.run(['split', '-', '--dry-run', '--json', '--level', '6'], {
    input,
  })
  assert.ok(JSON.parse(stdout).width <= 6)
})
