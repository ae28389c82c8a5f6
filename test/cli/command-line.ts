import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { processEnvironment } from '../../src/config/index.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
export const checkout = fileURLToPath(new URL('../..', import.meta.url))

export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type Started = {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves with the match once stderr or stdout has one; rejects when the process ends without. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>
}

/** A data folder of its own, and the command line as a child process on it. */
export type CommandLine = AsyncDisposable & {
  readonly dataDir: string
  readonly start: (args: readonly string[], options?: StartOptions) => Started
  readonly run: (args: readonly string[], options?: StartOptions) => Promise<Ended>
}

type StartOptions = {
  readonly input?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly cwd?: string | undefined
}

/** Settings of the tester's own shell must not decide a test. */
function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(processEnvironment()).flatMap(([name, value]) =>
    value === undefined || /^(MANIPLE_|DATABASE_URL$|NO_COLOR$|FORCE_COLOR$|NODE_TEST)/.test(name)
      ? []
      : [[name, value] as const],
  )
  return Object.fromEntries(kept)
}

function startChild(args: readonly string[], options: StartOptions): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd ?? checkout,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  const heard = (): void => {
    for (const watcher of watchers) watcher()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    heard()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    heard()
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  child.stdin.on('error', () => undefined) // a child that refuses its input has said why on stderr
  child.stdin.end(options.input ?? '')
  const says = async (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(stderr) ?? pattern.exec(stdout)
        if (match === null) return
        watchers.delete(look)
        resolve(match)
      }
      watchers.add(look)
      look()
      ended.then(() => reject(new Error(`ended without ${pattern}: ${stderr}`)), reject)
    })
  return { child, ended, says }
}

/** On a data folder of its own, or on a given one, which is left in place. */
export async function openCommandLine(given?: string): Promise<CommandLine> {
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'maniple-cli-')))
  const children = new Set<ChildProcess>()
  const start = (args: readonly string[], options: StartOptions = {}): Started => {
    const started = startChild(['--data-dir', dataDir, ...args], options)
    children.add(started.child)
    started.child.once('close', () => children.delete(started.child))
    return started
  }
  return {
    dataDir,
    start,
    run: async (args, options) => start(args, options).ended,
    // The database's keeper ends by itself once its folder is gone.
    [Symbol.asyncDispose]: async () => {
      if (given === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
