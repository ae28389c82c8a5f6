import { type Config, isLoopback } from '../../config/index.ts'
import { closeServer, createServer, listen } from '../../http/index.ts'
import { AppError } from '../../shared/index.ts'
import { commandLine } from '../command-words.ts'
import { fastifyLog } from '../fastify-log.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { openSession, type Session } from '../open-session.ts'
import { roles, type ServeFlags } from '../program.ts'
import { simulatedNotice } from '../simulated-notice.ts'
import { untilAborted } from '../until-aborted.ts'
import { writeJson, writeOutput } from '../write-output.ts'

const widestLine = 78

/** The command with its options on lines of their own where one line would be too wide. */
function onNarrowLines(command: string): string {
  const indented = `  ${command}`
  return indented.length <= widestLine
    ? indented
    : indented.replaceAll(/ (?=--(?:data-dir|config) )/g, ' \\\n    ')
}

function whatToTry(url: string, served: Served): string {
  const { settings, flags, requireTokens } = served
  const token = requireTokens ? ` \\\n    -H "authorization: Bearer $TOKEN"` : ''
  const notice = simulatedNotice(settings)
  const simulated = notice === '' ? '' : `\n${notice}`
  return `maniple serves on ${url}${simulated}
Try next:
${onNarrowLines(commandLine(['split', 'examples/shop.json'], flags))}
${onNarrowLines(commandLine(['orchestrate', 'examples/orchestrate.json'], flags))}
  curl -s ${url}/health
  curl -s ${url}/api/v1/runs${token} \\
    -H 'content-type: application/json' \\
    -d '{"kind":"split","input":"- [ ] Write docs\\n- [ ] Build the API"}'
  curl -s ${url}/api/v1/runs${token}
Stop with Ctrl-C.
`
}

type Served = {
  readonly session: Session
  readonly settings: Config
  readonly flags: ServeFlags
  /** Others than this machine's users can connect. */
  readonly requireTokens: boolean
}

type Serving = AsyncDisposable & { readonly url: string }

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

async function startApi(served: Served, version: string): Promise<Serving> {
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

/** `serve`: runs until a signal, then stops gracefully. */
export async function serve(flags: ServeFlags, version: string): Promise<number> {
  const settings = loadSettings(flags, { 'server.host': flags.host, 'server.port': flags.port })
  const wanted = flags.role ?? roles
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  await using session = await openSession({ settings, logLevel: settings.log.level, signal })
  const served = { session, settings, flags, requireTokens: !isLoopback(settings.server.host) }
  await using api = wanted.includes('api') ? await startApi(served, version) : undefined
  if (wanted.includes('worker')) await session.startWorker()
  const url = api?.url ?? null
  if (flags.json === true) await writeJson(process.stdout, { ready: true, url, roles: wanted })
  const text = url === null ? 'maniple performs tasks. Stop with Ctrl-C.\n' : whatToTry(url, served)
  await writeOutput(process.stderr, text)
  await untilAborted(signal)
  await writeOutput(process.stderr, 'maniple is stopping; Ctrl-C once more leaves at once\n')
  return 0
}
