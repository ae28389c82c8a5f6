import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, type Clock } from '../../shared/index.ts'
import type { LiveProcesses } from './live-processes.ts'
import { OutputTail } from './output-tail.ts'
import { stopProcesses, tokenVariable } from './stop-processes.ts'

export type CommandRequest = {
  /** A line for `sh -c`. */
  readonly command: string
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly input: string
  /** Unique to this attempt: how processes that left the group are found. */
  readonly token: string
  readonly outputLimitBytes: number
  readonly clock: Clock
  /** Called as soon as the process group exists; its id is the shell's pid. */
  readonly onStart: (pid: number) => void
  /** Knows the processes for as long as any of them may run. */
  readonly live: LiveProcesses
  readonly signal: AbortSignal
}

export type CommandOutcome = {
  /** Null when a signal ended the shell. */
  readonly exitCode: number | null
  readonly endedBy: NodeJS.Signals | null
  /** The last `outputLimitBytes` of stdout and stderr, in order of arrival; storable as jsonb. */
  readonly outputTail: string
  readonly outputTruncated: boolean
  readonly durationMs: number
}

type Ending = Pick<CommandOutcome, 'exitCode' | 'endedBy'> & { readonly endedAt: number }

// A process that escaped every signal may hold the pipe for ever.
const drainMs = 500

/**
 * Runs a command line in a session and process group of its own, and leaves nothing of it behind:
 * when the shell has ended, or the signal aborts, all that it started is stopped. Does not wait for
 * whoever still holds the pipes. Rejects with the signal's reason, or `agent_failed`.
 */
export async function runCommand(request: CommandRequest): Promise<CommandOutcome> {
  request.signal.throwIfAborted()
  const began = request.clock.now()
  const child = spawn('sh', ['-c', request.command], {
    cwd: request.directory,
    env: { ...request.environment, [tokenVariable]: request.token },
    detached: true,
    stdio: 'pipe',
  })
  const tail = new OutputTail(request.outputLimitBytes)
  child.stdout.on('data', (chunk: Buffer) => tail.add(chunk))
  child.stderr.on('data', (chunk: Buffer) => tail.add(chunk))
  // An agent need not read its prompt (EPIPE); the file has it too.
  child.stdin.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ended = endOf(child, request.clock)
  // Observed at once, so that a failure to start is never an unhandled rejection.
  ended.catch(() => undefined)
  const { pid } = child
  const processes = { group: pid ?? null, token: request.token }
  using _ = request.live.add(processes)
  const stop = async () => {
    if (pid !== undefined) await stopProcesses(processes)
  }
  try {
    if (pid !== undefined) request.onStart(pid)
    child.stdin.end(request.input)
    const ending = await abortable(ended, request.signal)
    await stop()
    await settled(closed, drainMs)
    request.signal.throwIfAborted()
    const durationMs = Math.round(ending.endedAt - began)
    const { exitCode, endedBy } = ending
    const output = { outputTail: tail.text(), outputTruncated: tail.truncated }
    return { exitCode, endedBy, durationMs, ...output }
  } catch (error) {
    await stop()
    throw error
  } finally {
    for (const stream of child.stdio) stream?.destroy()
  }
}

function endOf(child: ChildProcess, clock: Clock): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode, endedBy) => resolve({ exitCode, endedBy, endedAt: clock.now() }))
    child.once('error', (cause) => {
      const message = `The agent could not be started: ${cause.message}`
      reject(new AppError('agent_failed', message, { cause }))
    })
  })
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function settled(work: Promise<void>, limitMs: number): Promise<void> {
  const timer = new AbortController()
  const limit = delay(limitMs, undefined, { signal: timer.signal })
  // Aborting the timer rejects it; by then nobody waits for it.
  limit.catch(() => undefined)
  await Promise.race([work, limit])
  timer.abort()
}
