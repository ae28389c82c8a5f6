import { spawn } from 'node:child_process'
import { platform } from 'node:process'

export type GitInput = {
  readonly input?: string | Buffer
  /** Exit codes that are answers, not failures. Default: 0 alone. */
  readonly answers?: readonly number[]
  readonly environment?: Readonly<Record<string, string>>
}

export type GitAnswer = {
  readonly exitCode: number
  readonly stdout: Buffer
}

export class GitFailure extends Error {
  override readonly name = 'GitFailure'
  readonly exitCode: number
  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args[0]} ended with ${exitCode}: ${stderr.trim().slice(0, 2000)}`)
    this.exitCode = exitCode
  }
}

/** Nothing of the user's configuration reaches git, and nothing of our own environment. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: platform === 'win32' ? 'NUL' : '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
}

/** Runs git with arguments that no shell reads. Throws `GitFailure`. */
export async function runGit(
  path: string,
  args: readonly string[],
  { input, answers = [0], environment: more = {} }: GitInput = {},
): Promise<GitAnswer> {
  // No name that git could know has a NUL, and no argument can carry one.
  if (args.some((arg) => arg.includes('\0'))) return ended(args, answers, 'a NUL in a name')
  const child = spawn('git', ['--git-dir', path, ...args], {
    cwd: path,
    env: { ...environment, ...more },
    stdio: 'pipe',
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  // A git that ends before it has read everything (EPIPE) tells why in its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? -1))
  })
  if (!answers.includes(exitCode)) {
    throw new GitFailure(args, exitCode, Buffer.concat(err).toString('utf8'))
  }
  return { exitCode, stdout: Buffer.concat(out) }
}

function ended(args: readonly string[], answers: readonly number[], why: string): GitAnswer {
  if (!answers.includes(128)) throw new GitFailure(args, 128, why)
  return { exitCode: 128, stdout: Buffer.alloc(0) }
}
