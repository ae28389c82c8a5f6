import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { Role } from '../contracts/index.ts'
import { type GlobalFlags, nonEmpty, wholeNumber } from './flags.ts'

export const tokenActions = ['create', 'list', 'revoke'] as const
export type TokenAction = (typeof tokenActions)[number]
export const auditActions = ['verify', 'export', 'prune'] as const
export type AuditAction = (typeof auditActions)[number]

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
  | { readonly name: 'audit'; readonly action: AuditAction; readonly flags: AuditFlags }

function moment(text: string): Date {
  const time = new Date(text)
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('It must be a date such as 2026-11-21 or 2026-11-21T14:00:00Z.')
}

/** `token` and `audit`: who may ask, and what was done. */
export function addGuards(program: Command, request: (wanted: GuardRequest) => void): void {
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
