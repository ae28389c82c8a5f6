import { isLoopback } from '../../config/index.ts'
import { commandLine } from '../command-words.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { openSession } from '../open-session.ts'
import { roles, type ServeFlags } from '../program.ts'
import { simulatedNotice } from '../simulated-notice.ts'
import { type Served, startApi } from '../start-api.ts'
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
