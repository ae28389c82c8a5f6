import { type Config, loadConfig, processEnvironment } from '../config/index.ts'
import type { GlobalFlags } from './flags.ts'

type Overrides = Readonly<Record<string, string | number | undefined>>

/** The configuration with the command line's own values on top. Throws `config_invalid`. */
export function loadSettings(flags: GlobalFlags, more: Overrides = {}): Config {
  const given = Object.entries({ dataDir: flags.dataDir, 'log.level': flags.logLevel, ...more })
  return loadConfig({
    env: processEnvironment(),
    cwd: process.cwd(),
    configPath: flags.config,
    overrides: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  })
}
