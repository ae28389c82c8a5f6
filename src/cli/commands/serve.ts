import type { Config } from '../../config/index.ts'
import { closeServer, createServer, listen } from '../../http/index.ts'
import { ownName } from '../command-words.ts'
import { fastifyLog } from '../fastify-log.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { openSession, type Session } from '../open-session.ts'
import { roles, type ServeFlags } from '../program.ts'
import { untilAborted } from '../until-aborted.ts'
import { writeJson, writeOutput } from '../write-output.ts'

function whatToTry(url: string, session: Session): string {
  const name = ownName(process.argv[1] ?? '')
  const simulated = session.simulated
    ? '\nNo model is configured: answers are SIMULATED. Set model.baseUrl and model.name for real ones.'
    : ''
  return `maniple serves on ${url}${simulated}
Try next:
  ${name} split examples/shop.json
  curl -s ${url}/health
  curl -s ${url}/api/v1/runs -H 'content-type: application/json' \\
    -d '{"kind":"split","input":"- [ ] Write the guide\\n- [ ] Build the API"}'
  curl -s ${url}/api/v1/runs
Stop with Ctrl-C.
`
}

type Serving = AsyncDisposable & { readonly url: string }

async function startApi(session: Session, settings: Config, version: string): Promise<Serving> {
  const { runs, readiness, simulated } = session
  const log = fastifyLog(session.log, settings.log.level)
  const { limits } = settings
  const server = await createServer({ runs, readiness, simulated, log, limits, version })
  const url = await listen(server, settings.server)
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
    url === null ? 'maniple performs tasks. Stop with Ctrl-C.\n' : whatToTry(url, session)
  await writeOutput(process.stderr, text)
  await untilAborted(signal)
  await writeOutput(process.stderr, 'maniple is stopping; Ctrl-C once more leaves at once\n')
  return 0
}
