import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

type ServerOptions = {
  readonly command: string
  readonly args: readonly string[]
  /** Instead of the environment that the bench itself was given. */
  readonly env?: Readonly<Record<string, string>>
  /** Resolves true once the server answers. */
  readonly ready: () => Promise<boolean>
}

export type ChildServer = { readonly stop: () => Promise<void> }

const startLimitMs = 30_000
const stopLimitMs = 10_000

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
  await exited
  clearTimeout(timer)
}

/** Starts a peer's server and waits until it answers. It dies with the bench at the latest. */
export async function startChildServer(options: ServerOptions): Promise<ChildServer> {
  let output = ''
  const child = spawn(options.command, [...options.args], {
    ...(options.env === undefined ? {} : { env: options.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-2_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error) => keep(Buffer.from(error.message)))
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const deadline = Date.now() + startLimitMs
  while (!(await options.ready())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stopChild(child)
      throw new Error(`${options.command} did not start: ${output}`)
    }
    await delay(20)
  }
  return {
    stop: async () => {
      await stopChild(child)
      process.off('exit', kill)
    },
  }
}
