import { type Config, isLoopback } from '../../config/index.ts'
import { closeServer, createServer, listen } from '../../http/index.ts'
import { AppError } from '../../shared/index.ts'
import { commandLine } from '../command-words.ts'
import { fastifyLog } from '../fastify-log.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { openSession, type Session } from '../open-session.ts'
import { roles, type ServeFlags } from '../program.ts'
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

function whatToTry(url: string, session: Session, flags: ServeFlags): string {
  const simulated = session.simulated
    ? '\nNo model is configured: answers are SIMULATED.\nSet model.baseUrl and model.name for real ones.'
    : ''
  return `maniple serves on ${url}${simulated}
Try next:
${onNarrowLines(commandLine(['split', 'examples/shop.json'], flags))}
  curl -s ${url}/health
  curl -s ${url}/api/v1/runs \\
    -H 'content-type: application/json' \\
    -d '{"kind":"split","input":"- [ ] Write docs\\n- [ ] Build the API"}'
  curl -s ${url}/api/v1/runs
Stop with Ctrl-C.
`
}

type Serving = AsyncDisposable & { readonly url: string }

function explained(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'port_taken') return error
  const hint = 'it may be another Maniple that serves already'
  return new AppError('port_taken', `${error.message}; ${hint}`, { cause: error })
}

async function startApi(session: Session, settings: Config, version: string): Promise<Serving> {
  const { runs, orchestration, pilot, readiness, simulated } = session
  const log = fastifyLog(session.log, settings.log.level)
  const { limits } = settings
  const server = await createServer({
    runs,
    orchestration,
    pilot,
    readiness,
    metrics: session.metrics,
    simulated,
    log,
    limits,
    version,
    access: {
      requireTokens: !isLoopback(settings.server.host),
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
  await using api = wanted.includes('api') ? await startApi(session, settings, version) : undefined
  if (wanted.includes('worker')) await session.startWorker()
  const url = api?.url ?? null
  if (flags.json === true) await writeJson(process.stdout, { ready: true, url, roles: wanted })
  const text =
    url === null ? 'maniple performs tasks. Stop with Ctrl-C.\n' : whatToTry(url, session, flags)
  await writeOutput(process.stderr, text)
  await untilAborted(signal)
  await writeOutput(process.stderr, 'maniple is stopping; Ctrl-C once more leaves at once\n')
  return 0
}
