import { once } from 'node:events'
import * as http2 from 'node:http2'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import * as restate from '@restatedev/restate-sdk'
import { createChainClock } from '../chain-clock.ts'
import { type ChildServer, startChildServer } from '../child-server.ts'
import type {
  BenchContext,
  ChainLoad,
  GraphLoad,
  Peer,
  RunningPeer,
  TaskLoad,
  Timing,
} from '../contract.ts'
import { freePort } from '../free-port.ts'
import { packageVersion } from '../package-version.ts'

type Ports = {
  readonly ingress: number
  readonly admin: number
  readonly node: number
  readonly endpoint: number
}

const require = createRequire(import.meta.url)

/** The server's package brings a binary of its own for each platform. */
function serverBinary(): string | null {
  try {
    return require.resolve(`@restatedev/restate-server-${platform()}-${arch()}/bin/restate-server`)
  } catch {
    return null
  }
}

let clock = createChainClock()

const taskService = restate.service({
  name: 'task',
  handlers: {
    run: async (_: restate.Context, ms: number): Promise<void> => {
      if (ms > 0) await delay(ms)
    },
    link: async (_: restate.Context, chain: number): Promise<void> => {
      clock.begin(chain)
      clock.end(chain)
    },
  },
})

// A handler that calls others and awaits them is how Restate says "after".
const parentService = restate.service({
  name: 'parent',
  handlers: {
    graph: async (context: restate.Context, { layers, width }: GraphLoad): Promise<void> => {
      for (let layer = 0; layer < layers; layer += 1) {
        const call = () => context.serviceClient<typeof taskService>({ name: 'task' }).run(0)
        await restate.RestatePromise.all(Array.from({ length: width }, call))
      }
    },
    chain: async (context: restate.Context, load: { chain: number; length: number }) => {
      for (let index = 0; index < load.length; index += 1) {
        await context.serviceClient<typeof taskService>({ name: 'task' }).link(load.chain)
      }
    },
  },
})

async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/*
 * Four partitions instead of 24: on two cores that gave 1,500 to 2,200 invocations a second against
 * 950 to 1,340. Everything else is the default; the log is flushed to disk before an answer.
 */
async function startServer(binary: string, ports: Ports, directory: string): Promise<ChildServer> {
  return startChildServer({
    command: binary,
    args: [
      ...['--no-logo', '--listen-mode', 'tcp', '--bind-ip', '127.0.0.1'],
      ...['--bind-port', String(ports.node), '--base-dir', directory],
    ],
    env: {
      RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
      RESTATE_ADMIN__BIND_PORT: String(ports.admin),
      RESTATE_ADMIN__DISABLE_WEB_UI: 'true',
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_DEFAULT_NUM_PARTITIONS: '4',
      RESTATE_LOG_FILTER: 'warn',
    },
    ready: async () =>
      (await answersOk(`http://127.0.0.1:${ports.admin}/health`)) &&
      (await answersOk(`http://127.0.0.1:${ports.ingress}/restate/health`)),
  })
}

async function startEndpoint(port: number): Promise<() => Promise<void>> {
  const services = [taskService, parentService]
  // Its logger writes two lines a task to the console by default, which halves the rate.
  const handler = restate.createEndpointHandler({ services, logger: () => {} })
  const sessions = new Set<http2.ServerHttp2Session>()
  const server = http2.createServer(handler)
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return async () => {
    const closed = once(server, 'close')
    server.close()
    for (const session of sessions) session.destroy()
    await closed
  }
}

async function register(ports: Ports): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${ports.admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${ports.endpoint}` }),
  })
  if (!answer.ok) throw new Error(`Restate refused the endpoint: ${await answer.text()}`)
}

// The SDK's own client opens HTTP/1.1 connections: 760 a second, against 1,340 over one HTTP/2
// session with the other settings equal.
function invoke(session: http2.ClientHttp2Session, path: string, body: unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const request = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/json',
  })
  let status = 0
  request.once('response', (headers) => {
    status = headers[':status'] ?? 0
  })
  request.once('end', () => {
    if (status < 300) resolve()
    else reject(new Error(`Restate answered ${status} to ${path}`))
  })
  request.once('error', reject)
  request.resume()
  request.end(JSON.stringify(body))
  return promise
}

const callsPerSession = 100

async function timed(work: Promise<unknown>): Promise<Timing> {
  const begun = performance.now()
  await work
  // A call is answered when its completion is stored: enqueueing and performing are one.
  const totalMs = performance.now() - begun
  return { enqueuedMs: totalMs, remaining: 0, totalMs }
}

async function start(context: BenchContext): Promise<RunningPeer> {
  const binary = serverBinary()
  if (binary === null) throw new Error('no Restate server for this platform')
  const ports: Ports = {
    ingress: await freePort(),
    admin: await freePort(),
    node: await freePort(),
    endpoint: await freePort(),
  }
  const server = await startServer(binary, ports, await context.createDirectory('restate'))
  const stopEndpoint = await startEndpoint(ports.endpoint)
  await register(ports)
  // A server lets a session carry a few hundred requests at once: more slots need more sessions.
  const sessions = Array.from({ length: Math.ceil((context.slots ?? 1) / callsPerSession) }, () =>
    http2.connect(`http://127.0.0.1:${ports.ingress}`),
  )
  let turn = 0
  const call = (path: string, body: unknown): Promise<void> => {
    const session = sessions[turn % sessions.length]
    turn += 1
    return session === undefined
      ? Promise.reject(new Error('no session'))
      : invoke(session, path, body)
  }

  return {
    tasks: ({ count, ms }: TaskLoad) =>
      timed(Promise.all(Array.from({ length: count }, () => call('/task/run', ms)))),
    graph: (load: GraphLoad) => timed(call('/parent/graph', load)),
    chains: async ({ chains, length }: ChainLoad) => {
      clock = createChainClock()
      const run = (_: unknown, chain: number) => call('/parent/chain', { chain, length })
      await Promise.all(Array.from({ length: chains }, run))
      return clock.latencies()
    },
    stop: async () => {
      for (const session of sessions) session.destroy()
      await server.stop()
      await stopEndpoint()
    },
  }
}

export const restateServer: Peer = {
  name: 'Restate',
  version: packageVersion('@restatedev/restate-server'),
  store: `its own log on disk; SDK ${packageVersion('@restatedev/restate-sdk')}`,
  available: async () =>
    serverBinary() !== null || `no Restate server is published for ${platform()}-${arch()}`,
  start,
}
