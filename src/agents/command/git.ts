import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../shared/index.ts'

/** Where git runs, and with what around it. Nothing else of our own environment reaches git. */
export type GitPlace = {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** `key=value`, given to git as `-c`. */
  readonly settings: readonly string[]
}

type GitOptions = {
  readonly signal?: AbortSignal | undefined
  /** For stdin. */
  readonly input?: string | Buffer
  /** Added to the place's environment. */
  readonly environment?: Readonly<Record<string, string>>
}

export type GitOutcome = {
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: string
}

const remedy =
  'install git 2.30 or newer (https://git-scm.com/downloads) and see that it is on PATH'
// Two git commands that touch the same ref or packed-refs at once: the loser says one of these. The
// last is what a `git gc --prune=now` of the user's does to a fetch (2 of 50 beside 23 such runs).
const lockHeld =
  /cannot lock ref|unable to (?:create|lock) .*\.lock|another git process|unable to rename temporary/iu
// Here the other one has already won: trying again cannot help.
const refSettled = /reference already exists|but expected/iu
const lockTries = 8

/** Runs git and reports how it ended, whatever the exit code. Throws `git_missing` or the signal's reason. */
export async function runGit(
  place: GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitOutcome> {
  options.signal?.throwIfAborted()
  const settings = place.settings.flatMap((setting) => ['-c', setting])
  const child = spawn('git', [...settings, ...args], {
    cwd: place.directory,
    env: { ...place.environment, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...options.environment },
    stdio: 'pipe',
  })
  // On SIGTERM git removes its lock files itself; so never SIGKILL.
  const stop = () => child.kill('SIGTERM')
  options.signal?.addEventListener('abort', stop, { once: true })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  // A git that ends before it has read everything (EPIPE) tells why in its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(startFailure(error, place.directory)))
      child.once('close', (code) => resolve(code ?? -1))
    })
    options.signal?.throwIfAborted()
    return { exitCode, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') }
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
}

/** Runs git and gives its stdout, trimmed at the end. Throws `git_failed` or `disk_full` too. */
export async function git(
  place: GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await gitBytes(place, args, options)).toString('utf8').trimEnd()
}

/** Like `git`, for output in which every byte counts: file names need not be UTF-8. */
export async function gitBytes(
  place: GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    const { exitCode, stdout, stderr } = await runGit(place, args, options)
    if (exitCode === 0) return stdout
    const passing = lockHeld.test(stderr) && !refSettled.test(stderr)
    if (attempt === lockTries || !passing) throw gitFailure(args, exitCode, stderr)
    await delay(15 * 2 ** attempt * (0.5 + Math.random()), undefined, { signal: options.signal })
  }
}

/** What a failed git command amounts to, in git's own words. */
export function gitFailure(args: readonly string[], exitCode: number, stderr: string): AppError {
  const words = lastLines(stderr) || `exit code ${exitCode}`
  if (/no space left on device|read-only file system/iu.test(stderr)) {
    return new AppError('disk_full', `git ${args[0]}: ${words}. Free space, then retry`)
  }
  return new AppError('git_failed', `git ${args[0]}: ${words}`)
}

function lastLines(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^hint:/u.test(line))
  return lines.slice(-3).join('; ').slice(0, 600)
}

function startFailure(error: Error, directory: string): AppError {
  const code = 'code' in error ? error.code : undefined
  if (code === 'ENOENT') {
    return new AppError('git_missing', `Could not start git in ${directory}: ${remedy}`, {
      cause: error,
    })
  }
  return new AppError('git_failed', `Could not start git in ${directory}: ${error.message}`, {
    cause: error,
  })
}
