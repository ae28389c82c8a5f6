import { basename, resolve } from 'node:path'
import type { AgentFlags, GlobalFlags } from './flags.ts'
import { shellQuote } from './shell-quote.ts'

/** How this program was called, so that what it suggests can be typed as it stands. */
export function ownName(scriptPath = process.argv[1] ?? ''): string {
  return basename(scriptPath) === 'main.ts' ? 'npm run --silent maniple --' : 'maniple'
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value]
}

/** A command with the global options and the agent given now, for a shell. */
export function commandLine(
  words: readonly string[],
  flags: GlobalFlags & AgentFlags,
  scriptPath?: string,
): string {
  const repository = flags.agent === undefined ? undefined : resolve(flags.repo ?? '.')
  const all = [
    ...words,
    ...option('--agent', flags.agent),
    ...option('--repo', repository),
    ...option('--check', flags.check),
    ...(flags.passEnv ?? []).flatMap((name) => ['--pass-env', name]),
    ...option('--data-dir', flags.dataDir === undefined ? undefined : resolve(flags.dataDir)),
    ...option('--config', flags.config === undefined ? undefined : resolve(flags.config)),
  ]
  return `${ownName(scriptPath)} ${shellQuote(all)}`
}
