import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { EffectState, Role } from '../contracts/index.ts'
import { type GlobalFlags, nonEmpty, wholeNumber } from './flags.ts'

export const tokenActions = ['create', 'list', 'revoke'] as const
export type TokenAction = (typeof tokenActions)[number]
export const auditActions = ['verify', 'export', 'prune'] as const
export type AuditAction = (typeof auditActions)[number]

export const gateActions = ['list', 'show', 'approve', 'deny', 'pause', 'resume'] as const
export type GateAction = (typeof gateActions)[number]

export type GateFlags = GlobalFlags & {
  readonly state?: EffectState
  readonly run?: string
  readonly limit?: number
  readonly reason?: string
}
export type TokenFlags = GlobalFlags & {
  readonly role?: Role
  readonly name?: string
  readonly expires?: number
}
export type AuditFlags = GlobalFlags & {
  readonly heads?: string
  readonly since?: Date
  readonly out?: string
  readonly olderThan?: number
}

export type GuardRequest =
  | {
      readonly name: 'token'
      readonly action: TokenAction
      readonly token: string | undefined
      readonly flags: TokenFlags
    }
  | {
      readonly name: 'gate'
      readonly action: GateAction
      readonly effect: string | undefined
      readonly flags: GateFlags
    }
  | { readonly name: 'audit'; readonly action: AuditAction; readonly flags: AuditFlags }

function moment(text: string): Date {
  const time = new Date(text)
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('It must be a date such as 2026-11-21 or 2026-11-21T14:00:00Z.')
}

function addGate(program: Command, request: (wanted: GuardRequest) => void): void {
  program
    .command('gate')
    .description('See and decide what the gate asks a person for; pause and resume it')
    .addArgument(new Argument('<action>', 'what to do').choices([...gateActions]))
    .addArgument(new Argument('[effect]', 'show, approve, deny: id of the effect'))
    .addOption(
      new Option('--state <state>', 'list: only effects in this state').choices(
        EffectState.options,
      ),
    )
    .option('--run <run>', 'list: only effects of this run', nonEmpty)
    .option('--limit <number>', 'list: at most so many (default: 100)', wholeNumber(1, 1000))
    .option('--reason <text>', 'approve, deny, pause: why, for the audit', nonEmpty)
    .action((...[action, effect, , command]: [GateAction, string | undefined, unknown, Command]) =>
      request({ name: 'gate', action, effect, flags: command.optsWithGlobals<GateFlags>() }),
    )
}

/** `gate`, `token` and `audit`: what may happen, who may ask, and what was done. */
export function addGuards(program: Command, request: (wanted: GuardRequest) => void): void {
  addGate(program, request)
  program
    .command('token')
    .description('Create, list and revoke API tokens')
    .addArgument(new Argument('<action>', 'what to do').choices([...tokenActions]))
    .addArgument(new Argument('[name]', 'revoke: whose token'))
    .addOption(new Option('--role <role>', 'create: what it may do').choices(Role.options))
    .option('--name <name>', 'create: whose token it is', nonEmpty)
    .option(
      '--expires <days>',
      'create: how long it works (default: until revoked)',
      wholeNumber(1, 3650),
    )
    .action((...[action, token, , command]: [TokenAction, string | undefined, unknown, Command]) =>
      request({ name: 'token', action, token, flags: command.optsWithGlobals<TokenFlags>() }),
    )
  program
    .command('audit')
    .description('Verify, export and prune the audit')
    .addArgument(new Argument('<action>', 'what to do').choices([...auditActions]))
    .option('--heads <file>', 'verify: heads that an earlier export printed', nonEmpty)
    .option('--since <time>', 'export: only records from then on', moment)
    .option('--out <file>', 'export: where to write the records (default: here)', nonEmpty)
    .option('--older-than <days>', 'prune: sealed so long ago', wholeNumber(0, 36_500))
    .action((action: AuditAction, _own: unknown, command: Command) =>
      request({ name: 'audit', action, flags: command.optsWithGlobals<AuditFlags>() }),
    )
}
