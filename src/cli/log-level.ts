import type { Config } from '../config/index.ts'
import type { GlobalFlags, QuietFlag } from './flags.ts'

type Level = Config['log']['level']

const fromLoudToQuiet: readonly Level[] = ['debug', 'info', 'warn', 'error', 'silent']

/**
 * The log level of a command that ends by itself. The setting is meant for servers: here only what
 * needs attention is worth a line among the results, unless the command line asks for more.
 */
export function commandLogLevel(flags: GlobalFlags & QuietFlag, configured: Level): Level {
  if (flags.logLevel !== undefined) return configured
  const quietest: Level = flags.json === true || flags.quiet === true ? 'error' : 'warn'
  const index = Math.max(fromLoudToQuiet.indexOf(configured), fromLoudToQuiet.indexOf(quietest))
  return fromLoudToQuiet[index] ?? quietest
}
