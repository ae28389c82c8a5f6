import { readFile } from 'node:fs/promises'
import type { GlobalFlags } from './flags.ts'
import { buildProgram, type CommandRequest } from './program.ts'
import { reportError } from './report-error.ts'
import { tolerateClosedReaders } from './write-output.ts'

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const manifest: unknown = JSON.parse(text)
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return known ? String(manifest.version) : 'unknown'
}

/** Loads the command's module: `--help` must not wait for a database client it does not need. */
async function perform(wanted: CommandRequest, version: string): Promise<number> {
  switch (wanted.name) {
    case 'serve':
      return (await import('./commands/serve.ts')).serve(wanted.flags, version)
    case 'work':
      return (await import('./commands/work.ts')).work(wanted.flags)
    case 'demo':
      return (await import('./commands/demo.ts')).demo(wanted.flags, version)
    case 'mcp':
      return (await import('./commands/mcp.ts')).mcp(wanted.flags, version)
    case 'split':
      return (await import('./commands/split.ts')).split(wanted.file, wanted.flags)
    case 'orchestrate':
      return (await import('./commands/orchestrate.ts')).orchestrate(wanted.file, wanted.flags)
    case 'analyze':
      return (await import('./commands/analyze.ts')).analyze(wanted.file, wanted.flags)
    case 'pilot':
      return (await import('./commands/pilot.ts')).pilot(wanted.action, wanted.flags)
    case 'gate':
      return (await import('./commands/gate.ts')).gate(wanted)
    case 'token':
      return (await import('./commands/token.ts')).token(wanted)
    case 'audit':
      return (await import('./commands/audit.ts')).audit(wanted)
    case 'runs':
      return (await import('./commands/runs.ts')).listRuns(wanted.flags)
    case 'watch':
      return (await import('./commands/watch.ts')).watch(wanted.run, wanted.flags)
    case 'cancel':
      return (await import('./commands/cancel.ts')).cancel(wanted.run, wanted.flags)
    case 'retry':
      return (await import('./commands/retry.ts')).retry(wanted.run, wanted.flags)
  }
}

/** Performs a command line (without the program's name) and resolves with the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  tolerateClosedReaders([process.stdout, process.stderr])
  // A mistake on the command line is told in JSON too, although the options were not understood.
  let style: GlobalFlags = argv.includes('--json') ? { json: true } : {}
  try {
    const version = await ownVersion()
    let wanted: CommandRequest | undefined
    const program = buildProgram((request) => {
      wanted = request
    }, version)
    await program.parseAsync([...argv], { from: 'user' })
    if (wanted === undefined) return 0
    style = wanted.flags
    return await perform(wanted, version)
  } catch (error) {
    return await reportError(error, {
      json: style.json === true,
      debug: style.logLevel === 'debug',
    })
  }
}
