import { closeServer, createServer, listen } from '../../http/index.ts'
import { ownName } from '../command-words.ts'
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

async function startApi(
  session: Session,
  address: { readonly host: string; readonly port: number },
  version: string,
): Promise<Serving> {
  const server = await createServer({ ...session.http, version })
  const url = await listen(server, address)
  return { url, [Symbol.asyncDispose]: () => closeServer(server) }
}

/** `serve`: runs until a signal, then stops gracefully. */
export async function serve(flags: ServeFlags, version: string): Promise<number> {
  const settings = loadSettings(flags, { 'server.host': flags.host, 'server.port': flags.port })
  const wanted = flags.role ?? roles
  using interrupts = catchInterrupts()
  await using session = await openSession(settings)
  interrupts.signal.throwIfAborted()
  await using api = wanted.includes('api')
    ? await startApi(session, settings.server, version)
    : undefined
  if (wanted.includes('worker')) await session.startWorker()
  const url = api?.url ?? null
  if (flags.json === true) await writeJson(process.stdout, { ready: true, url, roles: wanted })
  const text =
    url === null ? 'maniple performs tasks. Stop with Ctrl-C.\n' : whatToTry(url, session)
  await writeOutput(process.stderr, text)
  await untilAborted(interrupts.signal)
  await writeOutput(process.stderr, 'maniple is stopping; Ctrl-C once more leaves at once\n')
  return 0
}
