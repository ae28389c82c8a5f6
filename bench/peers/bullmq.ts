import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type FlowJob, FlowProducer, Queue, Worker } from 'bullmq'
import { createChainClock } from '../chain-clock.ts'
import { startChildServer } from '../child-server.ts'
import type { BenchContext, ChainLoad, Peer, RunningPeer, TaskLoad, Timing } from '../contract.ts'
import { freePort } from '../free-port.ts'
import { packageVersion } from '../package-version.ts'
import { createTally, type Tally } from '../tally.ts'

type TaskData = { readonly ms: number; readonly chain: number | null }

const run = promisify(execFile)

/** BullMQ's guide advises 100 to 300 for jobs that wait rather than compute. */
const advisedConcurrency = 100
const queueName = 'tasks'

async function redisVersion(): Promise<string | null> {
  try {
    const { stdout } = await run('redis-server', ['--version'])
    return /v=([\d.]+)/.exec(stdout)?.[1] ?? 'unknown'
  } catch {
    return null
  }
}

function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => socket.write('PING\r\n'))
  socket.once('data', (data) => {
    socket.destroy()
    resolve(data.toString().startsWith('+PONG'))
  })
  socket.once('error', () => resolve(false))
  return promise
}

async function startRedis(directory: string): Promise<{ port: number; stop: () => Promise<void> }> {
  const port = await freePort()
  const server = await startChildServer({
    command: 'redis-server',
    // The append-only file synced once a second is the durability that BullMQ's guide advises for
    // production. A crash of the machine can lose up to a second of finished work.
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'],
    ],
    ready: () => answers(port),
  })
  return { port, stop: server.stop }
}

function chainOf(chain: number, length: number): FlowJob {
  const data: TaskData = { ms: 0, chain }
  let job: FlowJob = { name: 'task', queueName, data }
  for (let index = 1; index < length; index += 1) {
    job = { name: 'task', queueName, data, children: [job] }
  }
  return job
}

async function start(context: BenchContext): Promise<RunningPeer> {
  const redis = await startRedis(await context.createDirectory('redis'))
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  let tally: Tally = createTally(0)
  let clock = createChainClock()
  const queue = new Queue<TaskData>(queueName, { connection })
  const flows = new FlowProducer({ connection })
  const worker = new Worker<TaskData>(
    queueName,
    async ({ data }) => {
      if (data.chain !== null) clock.begin(data.chain)
      if (data.ms > 0) await delay(data.ms)
      if (data.chain !== null) clock.end(data.chain)
    },
    { connection, concurrency: context.slots ?? advisedConcurrency },
  )
  worker.on('completed', () => tally.add())
  worker.on('error', (error) => process.stderr.write(`bullmq: ${error.message}\n`))
  await worker.waitUntilReady()

  return {
    tasks: async ({ count, ms }: TaskLoad): Promise<Timing> => {
      tally = createTally(count)
      const data: TaskData = { ms, chain: null }
      const begun = performance.now()
      await queue.addBulk(Array.from({ length: count }, () => ({ name: 'task', data })))
      const enqueuedMs = performance.now() - begun
      const remaining = tally.remaining()
      await tally.finished
      return { enqueuedMs, remaining, totalMs: performance.now() - begun }
    },
    chains: async ({ chains, length }: ChainLoad): Promise<readonly number[]> => {
      tally = createTally(chains * length)
      clock = createChainClock()
      await flows.addBulk(Array.from({ length: chains }, (_, chain) => chainOf(chain, length)))
      await tally.finished
      return clock.latencies()
    },
    stop: async () => {
      await worker.close()
      await flows.close()
      await queue.close()
      await redis.stop()
    },
  }
}

const redis = await redisVersion()

export const bullmq: Peer = {
  name: 'BullMQ',
  version: packageVersion('bullmq'),
  store: `Redis ${redis ?? '(none)'}, append-only file synced once a second: not safe to the last task`,
  available: async () =>
    redis !== null || 'no redis-server on the PATH (Debian: apt-get install redis-server)',
  start,
}
