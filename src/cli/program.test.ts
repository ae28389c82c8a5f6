import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Command } from 'commander'
import { exitCodes } from './exit-codes.ts'
import { buildProgram, type CommandRequest } from './program.ts'

const reference = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')

function longFlags(command: Command): readonly string[] {
  return command.options
    .filter((option) => option.long !== '--version')
    .map((option) => option.flags.replace(/^-\w, /, ''))
    .sort()
}

function documentedFlags(section: string): readonly string[] {
  return [...section.matchAll(/^\| `(--[^`]+)` \|/gm)].map((match) => match[1] ?? '').sort()
}

async function parsed(...argv: string[]): Promise<CommandRequest> {
  let wanted: CommandRequest | undefined
  const program = buildProgram((request) => {
    wanted = request
  }, '0')
  await program.parseAsync(argv, { from: 'user' })
  assert.ok(wanted !== undefined)
  return wanted
}

test('docs/cli.md names exactly the commands and options that there are', () => {
  const program = buildProgram(() => undefined, '0')
  const sections = reference.split(/^### /m)
  const documented = sections
    .slice(1)
    .map((section) => /^`maniple (.+)`$/m.exec(section)?.[1] ?? '')
  const usages = program.commands.map((command) => {
    const names = command.registeredArguments.map((argument) => ` <${argument.name()}>`)
    return command.name() + names.join('')
  })
  assert.deepEqual([...documented].sort(), [...usages].sort())
  for (const command of program.commands) {
    const section = sections.find((text) =>
      new RegExp(`^\`maniple ${command.name()}\\b`).test(text),
    )
    assert.deepEqual(documentedFlags(section ?? ''), longFlags(command), command.name())
  }
  assert.deepEqual(documentedFlags(sections[0] ?? ''), longFlags(program))
})

test('docs/cli.md names exactly the exit codes that there are', () => {
  const rows = [...reference.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]))
  assert.deepEqual(rows, Object.values(exitCodes))
})

test('global options are understood before and after the command', async () => {
  const before = await parsed('--json', '--data-dir', 'd', 'runs', '--limit', '5')
  const after = await parsed('runs', '--limit', '5', '--json', '--data-dir', 'd')
  assert.deepEqual(before, after)
  assert.deepEqual(before, { name: 'runs', flags: { limit: 5, json: true, dataDir: 'd' } })
})

test('options are parsed at the edge', async () => {
  const split = await parsed('split', '-', '--level', 'Large', '--concurrency', '7', '--dry-run')
  assert.deepEqual(split, {
    name: 'split',
    file: '-',
    flags: { level: 'large', concurrency: 7, dryRun: true },
  })
  const retry = await parsed(
    'retry',
    'r',
    '--pass-env',
    'A',
    '--pass-env',
    '_b1',
    '--pass-env',
    'A',
  )
  assert.deepEqual(retry.flags, { passEnv: ['A', '_b1'] })
  const serve = await parsed('serve', '--role', 'api', '--role', 'worker', '--role', 'api')
  assert.deepEqual(serve.flags, { role: ['api', 'worker'] })
})

test('mistakes are refused with a message that helps', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['splt', 'x'], /unknown command 'splt'.*Did you mean split/s],
    [['split', 'x', '--concurency', '3'], /unknown option '--concurency'.*--concurrency/s],
    [['split', 'x', '--concurrency', '0'], /whole number from 1 to 10000/],
    [['split', 'x', '--level', 'huge'], /small, medium, large, massive or a number/],
    [['split'], /missing required argument 'file'/],
    [['serve', '--port', '70000'], /from 0 to 65535/],
    [['serve', '--role', 'queen'], /api or worker/],
    [['split', 'x', '--pass-env', 'A=1'], /name of an environment variable/],
    [['runs', '--state', 'odd'], /Allowed choices are queued/],
    [['watch', 'a', 'b'], /too many arguments/],
  ]
  for (const [argv, message] of cases) await assert.rejects(parsed(...argv), { message })
})
