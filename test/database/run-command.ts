import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const Line = z.object({
  open: z.string().optional(),
  ms: z.number().optional(),
  error: z.string().optional(),
  message: z.string().optional(),
  rows: z.array(z.record(z.string(), z.unknown())).optional(),
})
export type Line = z.infer<typeof Line>

/** A folder with one small migration, for tests of the server rather than of our schema. */
export function smallMigrations(): string {
  const folder = mkdtempSync(join(tmpdir(), 'maniple-migrations-'))
  writeFileSync(
    join(folder, '0001-notes.sql'),
    'create table maniple.notes (id bigint primary key);',
  )
  return folder
}

export type Command = AsyncDisposable & {
  readonly pid: number
  /** The next line it says; an empty object when it ends without a word. */
  readonly next: () => Promise<Line>
  /** Runs a query in it, which it repeats until it works. */
  readonly query: (text: string) => Promise<Line>
  /** Lets it end. Resolves with its exit code. */
  readonly end: () => Promise<number | null>
  readonly kill: () => Promise<unknown>
  readonly errors: () => string
}

export type CommandOptions = {
  readonly dataDir: string
  readonly migrations: string
  readonly idleMs?: number
  readonly stay?: boolean
  /** Another copy of the checkout. */
  readonly checkout?: string
  /** What goes before `node`, such as `setpriv` with its options. */
  readonly prefix?: readonly string[]
}

const ownCheckout = fileURLToPath(new URL('../../', import.meta.url))

function control(child: ChildProcessWithoutNullStreams): Command {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8')
  })
  const next = async () => {
    const line = await lines.next()
    return line.done === true ? {} : Line.parse(JSON.parse(line.value))
  }
  const kill = () => {
    child.kill('SIGKILL')
    return ended
  }
  return {
    pid: child.pid ?? 0,
    next,
    query: (text) => {
      child.stdin.write(`${text}\n`)
      return next()
    },
    end: () => {
      child.stdin.end()
      return ended
    },
    kill,
    errors: () => errors,
    [Symbol.asyncDispose]: async () => {
      await kill()
    },
  }
}

/** Starts a process that opens the database as a command would. */
export function runCommand(options: CommandOptions): Command {
  const script = join(options.checkout ?? ownCheckout, 'test', 'database', 'open-command.ts')
  const line = [
    ...[...(options.prefix ?? []), process.execPath, script, options.dataDir, options.migrations],
    ...[String(options.idleMs ?? 30_000), options.stay === true ? 'stay' : 'exit'],
  ]
  const [file = '', ...args] = line
  return control(spawn(file, args, { stdio: 'pipe' }))
}
