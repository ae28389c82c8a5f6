import { posix, win32 } from 'node:path'
import type { Environment, Machine } from './environment.ts'

/** The user's own data folder, by the custom of the platform. */
export function defaultDataDir(env: Environment, machine: Machine): string {
  if (machine.platform === 'win32') {
    const local = env.LOCALAPPDATA || win32.join(machine.home, 'AppData', 'Local')
    return win32.join(local, 'maniple')
  }
  if (machine.platform === 'darwin') {
    return posix.join(machine.home, 'Library', 'Application Support', 'maniple')
  }
  // The XDG rules say that a relative path is invalid and must be ignored.
  const given = env.XDG_DATA_HOME ?? ''
  const base = posix.isAbsolute(given) ? given : posix.join(machine.home, '.local', 'share')
  return posix.join(base, 'maniple')
}
