import { AppError } from '../../shared/index.ts'
import { formatTable } from '../format-table.ts'
import type { GuardRequest, TokenFlags } from '../guard-program.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { commandLogLevel } from '../log-level.ts'
import { lookOf } from '../look-of.ts'
import { openSession, type Session } from '../open-session.ts'
import { writeJson, writeOutput } from '../write-output.ts'

type TokenRequest = Extract<GuardRequest, { name: 'token' }>
type Tokens = Session['tokens']

const day = 86_400_000

function refuse(message: string): never {
  throw new AppError('usage_invalid', message)
}

/** A flag that does nothing would be taken for one that did. */
function checkFlags({ action, token, flags }: TokenRequest): void {
  const given = [flags.name, flags.role, flags.expires].some((value) => value !== undefined)
  if (action !== 'create' && given) refuse('--name, --role and --expires belong to token create')
  if (action !== 'revoke' && token !== undefined) {
    refuse(`token ${action} takes no name as an argument; token create takes --name`)
  }
}

async function create(tokens: Tokens, { name, role, expires, json }: TokenFlags): Promise<void> {
  if (name === undefined || role === undefined) refuse('token create needs --name and --role')
  const until = expires === undefined ? undefined : new Date(Date.now() + expires * day)
  const token = await tokens.create({ name, role, expires: until }, localCaller)
  if (json === true) {
    const expiresAt = until?.toISOString() ?? null
    await writeJson(process.stdout, { name, role, expiresAt, token })
    return
  }
  // The token alone on stdout, so that it can go straight into a secret store.
  await writeOutput(process.stderr, `Token of ${name} (${role}); it is shown this once:\n`)
  await writeOutput(process.stdout, `${token}\n`)
}

const shown = (time: Date | null): string =>
  time === null ? '-' : `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`

async function list(tokens: Tokens, flags: TokenFlags): Promise<void> {
  const rows = await tokens.list()
  if (flags.json === true) return await writeJson(process.stdout, { tokens: rows })
  if (rows.length === 0) return await writeOutput(process.stdout, 'There are no tokens.\n')
  const now = Date.now()
  const stateOf = ({ revokedAt, expiresAt }: (typeof rows)[number]): string => {
    if (revokedAt !== null) return 'revoked'
    return expiresAt !== null && expiresAt.getTime() <= now ? 'expired' : 'valid'
  }
  const columns = [
    { heading: 'NAME', cells: rows.map(({ name }) => name) },
    { heading: 'ROLE', cells: rows.map(({ role }) => role) },
    { heading: 'STATE', cells: rows.map(stateOf) },
    { heading: 'EXPIRES', cells: rows.map(({ expiresAt }) => shown(expiresAt)) },
    { heading: 'LAST USED', cells: rows.map(({ lastUsedAt }) => shown(lastUsedAt)) },
  ]
  const lines = formatTable(columns, lookOf(process.stdout))
  await writeOutput(process.stdout, `${lines.join('\n')}\n`)
}

async function revoke(tokens: Tokens, { token, flags }: TokenRequest): Promise<void> {
  if (token === undefined) refuse('token revoke needs the name of the token')
  await tokens.revoke(token, localCaller)
  if (flags.json === true) return await writeJson(process.stdout, { name: token, revoked: true })
  await writeOutput(process.stdout, `Token ${token} is revoked; servers notice within 5 s\n`)
}

/** `token create | list | revoke NAME`: needs only the database. */
export async function token(wanted: TokenRequest): Promise<number> {
  const { action, flags } = wanted
  checkFlags(wanted)
  const settings = loadSettings(flags)
  const logLevel = commandLogLevel(flags, settings.log.level)
  await using session = await openSession({ settings, logLevel })
  const { tokens } = session
  if (action === 'create') await create(tokens, flags)
  else if (action === 'list') await list(tokens, flags)
  else await revoke(tokens, wanted)
  return 0
}
