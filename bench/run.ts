import { appendFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openDatabase } from '../src/database/index.ts'
import type { GatewayPeer } from './calls/contract.ts'
import { portkey } from './calls/portkey.ts'
import type { Peer } from './contract.ts'
import { openHost } from './host.ts'
import { bullmq } from './peers/bullmq.ts'
import { dbos } from './peers/dbos.ts'
import { graphileWorker } from './peers/graphile-worker.ts'
import { maniple } from './peers/maniple.ts'
import { restateServer } from './peers/restate.ts'
import { describeMachine, type Row, renderTable } from './report.ts'
import { measureFlat } from './rows/flat.ts'
import { measureGrowth } from './rows/growth.ts'
import { measureLatency } from './rows/latency.ts'
import { measureLayers } from './rows/layers.ts'
import { measureOverhead } from './rows/overhead.ts'
import type { MeasureRow } from './rows/row.ts'
import { measureManySleepers, measureSleepers } from './rows/sleepers.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const usage = `npm run bench -- [options]

  --quick          one round and smaller loads: shows that it works, not for publishing
  --only LIST      only these rows, such as row1,row4
  --peers LIST     only these engines beside Maniple, such as restate,dbos; none for Maniple alone
  --markdown FILE  append the table and the machine's description to FILE
  --database URL   measure on this PostgreSQL instead of an embedded one of the bench's own
`

const measures: Readonly<Record<string, MeasureRow>> = {
  row1: measureFlat,
  row2: measureLayers,
  row3: measureLatency,
  row4: measureSleepers,
  row5: measureManySleepers,
  row6: measureGrowth,
  row7: measureOverhead,
}

const peers: Readonly<Record<string, Peer>> = {
  'graphile-worker': graphileWorker,
  bullmq,
  restate: restateServer,
  dbos,
}

const gateways: Readonly<Record<string, GatewayPeer>> = { portkey }

function log(line: string): void {
  const seconds = Math.round(performance.now() / 1_000)
  process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`)
}

/** Which of `known` a comma-separated list names; all when there is no list. */
function choose<T>(list: string | undefined, known: Readonly<Record<string, T>>): T[] {
  if (list === undefined) return Object.values(known)
  if (list === 'none') return []
  return list.split(',').map((name) => {
    const found = known[name]
    if (found === undefined) {
      throw new Error(`unknown "${name}"; known are ${Object.keys(known).join(', ')}`)
    }
    return found
  })
}

async function availablePeers<T extends Peer | GatewayPeer>(chosen: readonly T[]): Promise<T[]> {
  const available: T[] = []
  for (const peer of chosen) {
    const answer = await peer.available()
    if (answer === true) available.push(peer)
    else log(`${peer.name} is skipped: ${answer}`)
  }
  return available
}

/** A server of the bench's own, in a directory that goes with it. */
async function openServer(databaseUrl: string | undefined) {
  const dataDir = await temporaryDirectory('maniple-bench-data-')
  const warn = (fields: object, message: string) => {
    log(`${message}: ${'err' in fields ? String(fields.err) : JSON.stringify(fields)}`)
  }
  const database = await openDatabase({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    dataDir: dataDir.path,
    log: { info: () => {}, warn, error: warn },
    poolSize: 1,
    idleStopMs: 1_000,
  })
  return {
    url: database.connectionUrl,
    close: async () => {
      await database.close()
      // The server stops by itself when its directory has gone.
      await dataDir.remove()
    },
  }
}

async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      peers: { type: 'string' },
      markdown: { type: 'string' },
      database: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    return
  }
  const chosen = choose(values.only, measures)
  const beside = new Set(choose<Peer | GatewayPeer>(values.peers, { ...peers, ...gateways }))
  const isChosen = (peer: Peer | GatewayPeer): boolean => beside.has(peer)
  const measured = await availablePeers([maniple, ...Object.values(peers).filter(isChosen)])
  const besideGateway = await availablePeers(Object.values(gateways).filter(isChosen))
  const server = await openServer(values.database)
  const host = await openHost(server.url)
  const common = { peers: measured, gateways: besideGateway, quick: values.quick }
  const rows: Row[] = []
  try {
    for (const measure of chosen) {
      rows.push(...(await measure({ ...common, host, log })))
    }
  } finally {
    await host.close()
    await server.close()
  }
  // A missed goal is a finding; a Maniple that cannot be measured is a failure.
  const isWhole = rows.every((row) =>
    row.lines.some((line) => line.engine.startsWith(maniple.name)),
  )
  if (!isWhole) process.exitCode = 1
  const machine = describeMachine({ server: host.server, now: new Date() })
  const stores = [...measured, ...besideGateway].map((peer) => `- ${peer.name} ${peer.version}: ${peer.store}`)
  const report = [machine, '', renderTable(rows), '', ...stores, ''].join('\n')
  process.stdout.write(`\n${report}`)
  if (values.markdown !== undefined) {
    const note = values.quick ? ' (quick: one round, smaller loads)' : ''
    await appendFile(values.markdown, `\n## ${machine.slice(0, 10)}${note}\n\n${report}`)
  }
}

// Leaving through `exit` takes the servers and directories along that a signal would leave behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

await bench()
// A peer's connection that is slow to close must not keep the command from ending.
process.exit()
