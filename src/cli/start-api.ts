import type { Config } from '../config/index.ts'
import { closeServer, createServer, listen } from '../http/index.ts'
import { AppError } from '../shared/index.ts'
import { commandLine } from './command-words.ts'
import { fastifyLog } from './fastify-log.ts'
import type { GlobalFlags } from './flags.ts'
import type { Session } from './open-session.ts'

export type Served = {
  readonly session: Session
  readonly settings: Config
  readonly flags: GlobalFlags
  /** Others than this machine's users can connect. */
  readonly requireTokens: boolean
}

/** A server that listens. */
export type Serving = AsyncDisposable & { readonly url: string }

/** A server that refuses everybody is a mistake, told when it is made. */
async function checkTokens({ session, settings, flags, requireTokens }: Served): Promise<void> {
  if (!requireTokens || (await session.tokens.anyValid())) return
  const { host } = settings.server
  const create = commandLine(['token', 'create', '--name', 'NAME', '--role', 'admin'], flags)
  const message = `Other machines can reach ${host}: requests there need API tokens, and there is no valid one; create one (${create}) or listen on 127.0.0.1`
  throw new AppError('config_invalid', message)
}

function explained(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'port_taken') return error
  const hint = 'it may be another Maniple that serves already'
  return new AppError('port_taken', `${error.message}; ${hint}`, { cause: error })
}

/** Serves the HTTP API of a session. Throws `port_taken`, and `config_invalid` where nobody could use it. */
export async function startApi(served: Served, version: string): Promise<Serving> {
  const { session, settings, requireTokens } = served
  await checkTokens(served)
  const { runs, orchestration, pilot, readiness, simulated } = session
  const log = fastifyLog(session.log, settings.log.level)
  const { limits } = settings
  const server = await createServer({
    runs,
    orchestration,
    pilot,
    webhooks: session.webhooks,
    gate: session.gate,
    readiness,
    metrics: session.metrics,
    simulated,
    log,
    limits,
    version,
    access: {
      requireTokens,
      hosts: [...settings.server.names],
      authenticate: async (token) => {
        const found = await session.tokens.find(token)
        return found && { user: found.name, role: found.role, via: 'http' }
      },
      audit: session.audit.record,
      requestsPerMinute: settings.guard.requestsPerMinute,
    },
  })
  const url = await listen(server, settings.server).catch((error: unknown) => {
    throw explained(error)
  })
  return { url, [Symbol.asyncDispose]: () => closeServer(server) }
}
