import { Argument, Command, Option } from 'commander'
import type { AgentFlags, GlobalFlags, QuietFlag } from './flags.ts'
import { level, nonEmpty, oneOfRepeated, variableRepeated, wholeNumber } from './flags.ts'
import { addGuards, type GuardRequest } from './guard-program.ts'

/** What a command line asks for; `runCli` loads the command's module and performs it. */
export type CommandRequest =
  | GuardRequest
  | { readonly name: 'serve'; readonly flags: ServeFlags }
  | { readonly name: 'work'; readonly flags: WorkFlags }
  | { readonly name: 'demo'; readonly flags: DemoFlags }
  | { readonly name: 'mcp'; readonly flags: GlobalFlags }
  | { readonly name: 'split'; readonly file: string; readonly flags: SplitFlags }
  | { readonly name: 'orchestrate'; readonly file: string; readonly flags: OrchestrateFlags }
  | { readonly name: 'analyze'; readonly file: string; readonly flags: GlobalFlags }
  | { readonly name: 'pilot'; readonly action: PilotAction; readonly flags: PilotFlags }
  | { readonly name: 'runs'; readonly flags: RunsFlags }
  | { readonly name: 'watch'; readonly run: string; readonly flags: GlobalFlags & QuietFlag }
  | { readonly name: 'cancel'; readonly run: string; readonly flags: GlobalFlags }
  | { readonly name: 'retry'; readonly run: string; readonly flags: RetryFlags }

export const roles = ['api', 'worker'] as const
export type Role = (typeof roles)[number]

export const pilotActions = [
  'status',
  'metrics',
  'start',
  'advance',
  'rollback',
  'stop',
  'undo',
  'feedback',
] as const
export type PilotAction = (typeof pilotActions)[number]

export type OrchestrateFlags = GlobalFlags & QuietFlag
export type PilotFlags = GlobalFlags & {
  readonly reason?: string
  readonly run?: string
  readonly workload?: string
  readonly rating?: number
  readonly comment?: string
}

export type ServeFlags = GlobalFlags & {
  readonly role?: readonly Role[]
  readonly host?: string
  readonly port?: number
}
export type WorkFlags = GlobalFlags & { readonly slots?: number }
export type DemoFlags = GlobalFlags &
  QuietFlag & { readonly timeScale: number; readonly keep?: boolean }
export type SplitFlags = GlobalFlags &
  AgentFlags &
  QuietFlag & {
    readonly level?: ReturnType<typeof level>
    readonly concurrency?: number
    readonly title?: string
    readonly dryRun?: boolean
  }
export type RunsFlags = GlobalFlags & { readonly limit: number; readonly state?: string }
export type RetryFlags = GlobalFlags & AgentFlags & QuietFlag

const runStates = ['queued', 'running', 'parked', 'succeeded', 'partial', 'failed', 'cancelled']
const logLevels = ['debug', 'info', 'warn', 'error', 'silent']

const examples = `
Examples:
  maniple split plan.json                 split it and perform it, with a live view
  maniple split notes.md --dry-run        only show the tasks it would make
  maniple split plan.json --repo . --agent 'my-agent' --check 'npm test'
  maniple orchestrate request.json        workloads on specialised models
  maniple watch RUN                       follow a run from any terminal
  maniple retry RUN                       rerun what did not succeed
  maniple demo                            an issue to 24 merges, all simulated

Exit codes: 0 all succeeded, 1 some failed, 2 bad input, 3 the database or the
machine is in the way, 70 internal fault, 130 cancelled. More: docs/cli.md`

function addAgentOptions(command: Command): Command {
  return command
    .option(
      '--agent <command>',
      'agent command line, run under sh -c in a clone of its own',
      nonEmpty,
    )
    .option('--repo <directory>', 'repository that the agent works on (default: here)', nonEmpty)
    .option('--check <command>', 'command that judges the combined tree', nonEmpty)
    .option(
      '--pass-env <name>',
      'hand this environment variable to agent and check; repeatable',
      variableRepeated,
    )
}

function addQuiet(command: Command): Command {
  return command.option('-q, --quiet', 'no progress, only the report')
}

function addServers(program: Command, request: (wanted: CommandRequest) => void): void {
  program
    .command('serve')
    .description('Serve the HTTP API and perform tasks, until stopped')
    .option(
      '--role <role>',
      `${roles.join(' or ')}; repeatable (default: both)`,
      oneOfRepeated(roles),
    )
    .option(
      '--host <address>',
      'address to listen on; beyond loopback it takes API tokens (default: 127.0.0.1)',
      nonEmpty,
    )
    .option(
      '--port <number>',
      'port to listen on, 0 for a free one (default: 5000)',
      wholeNumber(0, 65_535),
    )
    .action((_own: unknown, command: Command) =>
      request({ name: 'serve', flags: command.optsWithGlobals<ServeFlags>() }),
    )
  program
    .command('work')
    .description('Perform tasks of any run, until stopped')
    .option('--slots <number>', 'tasks at once in this process', wholeNumber(1, 10_000))
    .action((_own: unknown, command: Command) =>
      request({ name: 'work', flags: command.optsWithGlobals<WorkFlags>() }),
    )
  program
    .command('mcp')
    .description('Serve the MCP tools on stdin and stdout and perform tasks, until stdin ends')
    .action((_own: unknown, command: Command) =>
      request({ name: 'mcp', flags: command.optsWithGlobals<GlobalFlags>() }),
    )
}

function addSplit(program: Command, request: (wanted: CommandRequest) => void): void {
  const split = program
    .command('split')
    .description('Split a workflow into tasks and perform them side by side')
    .argument('<file>', 'JSON workflow or Markdown; - reads stdin')
    .option('--level <level>', 'wanted width: small, medium, large, massive or a number', level)
    .option('--concurrency <number>', 'slots: tasks of this run at once', wholeNumber(1, 10_000))
    .option('--title <text>', 'title of the run (default: from the input)', nonEmpty)
    .option('--dry-run', 'show the tasks; store and start nothing')
  addQuiet(addAgentOptions(split)).action((file: string, _own: unknown, command: Command) =>
    request({ name: 'split', file, flags: command.optsWithGlobals<SplitFlags>() }),
  )
}

function addModels(program: Command, request: (wanted: CommandRequest) => void): void {
  addQuiet(
    program
      .command('orchestrate')
      .description('Perform workloads side by side on specialised models')
      .argument('<file>', 'JSON with repository and workloads; - reads stdin'),
  ).action((file: string, _own: unknown, command: Command) =>
    request({
      name: 'orchestrate',
      file,
      flags: command.optsWithGlobals<OrchestrateFlags>(),
    }),
  )
  program
    .command('analyze')
    .description('Say what workloads would take; run nothing')
    .argument('<file>', 'JSON with repository, and workloads or context; - reads stdin')
    .action((file: string, _own: unknown, command: Command) =>
      request({ name: 'analyze', file, flags: command.optsWithGlobals<GlobalFlags>() }),
    )
  program
    .command('pilot')
    .description('See and steer the trial of a candidate model')
    .addArgument(new Argument('<action>', 'what to do or to show').choices([...pilotActions]))
    .option('--reason <text>', 'why, for history and audit', nonEmpty)
    .option('--run <run>', 'feedback: the run it is about', nonEmpty)
    .option('--workload <id>', 'feedback: only this workload of it', nonEmpty)
    .option('--rating <number>', 'feedback: from 1 (useless) to 5 (excellent)', wholeNumber(1, 5))
    .option('--comment <text>', 'feedback: in words', nonEmpty)
    .action((action: PilotAction, _own: unknown, command: Command) =>
      request({ name: 'pilot', action, flags: command.optsWithGlobals<PilotFlags>() }),
    )
}

function addDemo(program: Command, request: (wanted: CommandRequest) => void): void {
  addQuiet(
    program
      .command('demo')
      .description('Show a whole run on a simulated GitHub, from an issue to the last merge')
      .option(
        '--time-scale <number>',
        'how many times as fast simulated time passes',
        wholeNumber(1, 1000),
        60,
      )
      .option('--keep', 'leave its database and repository where they are'),
  ).action((_own: unknown, command: Command) =>
    request({ name: 'demo', flags: command.optsWithGlobals<DemoFlags>() }),
  )
}

function addRuns(program: Command, request: (wanted: CommandRequest) => void): void {
  program
    .command('runs')
    .description('List runs, newest first')
    .option('--limit <number>', 'at most so many', wholeNumber(1, 1000), 20)
    .addOption(new Option('--state <state>', 'only runs in this state').choices(runStates))
    .action((_own: unknown, command: Command) =>
      request({ name: 'runs', flags: command.optsWithGlobals<RunsFlags>() }),
    )
  addQuiet(
    program
      .command('watch')
      .description('Follow a run to its end; leaving does not stop it')
      .argument('<run>', 'id of the run'),
  ).action((run: string, _own: unknown, command: Command) =>
    request({ name: 'watch', run, flags: command.optsWithGlobals<GlobalFlags & QuietFlag>() }),
  )
  program
    .command('cancel')
    .description('Cancel a run: what runs is stopped, what waits is dropped')
    .argument('<run>', 'id of the run')
    .action((run: string, _own: unknown, command: Command) =>
      request({ name: 'cancel', run, flags: command.optsWithGlobals<GlobalFlags>() }),
    )
  const retry = program
    .command('retry')
    .description('Rerun the failed, skipped and cancelled tasks of a run, to the end')
    .argument('<run>', 'id of the run')
  addQuiet(addAgentOptions(retry)).action((run: string, _own: unknown, command: Command) =>
    request({ name: 'retry', run, flags: command.optsWithGlobals<RetryFlags>() }),
  )
}

/** The command line's grammar. Nothing is performed here: `request` is told what was asked for. */
export function buildProgram(request: (wanted: CommandRequest) => void, version: string): Command {
  const program = new Command('maniple')
    .description('Turns a backlog into parallel agent work that lands.')
    .version(version)
    .option('--data-dir <directory>', 'where the embedded database and the clones live', nonEmpty)
    .option('--config <file>', 'configuration file (default: maniple.config.yaml)', nonEmpty)
    .addOption(
      new Option('--log-level <level>', 'least important log line on stderr').choices(logLevels),
    )
    .option('--json', 'exactly one JSON object on stdout')
    .addHelpText('after', examples)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    // The error comes back as an exception, and is told in one line at one place.
    .configureOutput({ outputError: () => undefined })
  addSplit(program, request)
  addModels(program, request)
  addServers(program, request)
  addRuns(program, request)
  addDemo(program, request)
  addGuards(program, request)
  return program
}
