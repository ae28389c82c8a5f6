import manifest from '../../package.json' with { type: 'json' }
import { runLoad } from '../calls/closed-loop.ts'
import type { OpenCaller } from '../calls/contract.ts'
import { type ManipleCaller, openManipleGateway } from '../calls/maniple-gateway.ts'
import { openProviderLayer } from '../calls/provider-layer.ts'
import { startProvider } from '../calls/start-provider.ts'
import { formatRate, formatRatio, type Line, type Row } from '../report.ts'
import { quantile } from '../statistics.ts'
import type { MeasureRow, RowContext } from './row.ts'

const goal = { p50: 0.5, p99: 3, ratio: 2 }
const sdkName = "the AI SDK's provider layer"

const plan = [
  { connections: 1, calls: 1_500 },
  { connections: 10, calls: 6_000 },
  { connections: 50, calls: 6_000 },
] as const

type Contender = { readonly name: string; readonly caller: OpenCaller }

/** What one of them did at one number of connections, over all rounds. */
type Figures = { readonly rates: number[]; readonly latencies: number[] }

type Field = {
  readonly maniple: ManipleCaller
  readonly contenders: readonly Contender[]
}

/** A model call through Maniple's gateway, beside the bare provider layer and other gateways. */
export const measureOverhead: MeasureRow = async (context) => {
  context.log('7. overhead of a model call')
  await using closers = new AsyncDisposableStack()
  const provider = await startProvider()
  closers.defer(() => provider.stop())
  const maniple = await openManipleGateway(context.host.context(null), provider.baseUrl)
  closers.defer(() => maniple.stop())
  const contenders: Contender[] = [
    { name: `Maniple ${manifest.version}`, caller: maniple },
    { name: sdkName, caller: openProviderLayer(provider.baseUrl) },
  ]
  for (const peer of context.gateways) {
    const caller = await peer.start(provider.baseUrl)
    closers.defer(() => caller.stop())
    contenders.push({ name: `${peer.name} ${peer.version}`, caller })
  }
  const warmUp = { connections: 10, calls: context.quick ? 300 : 2_000 }
  for (const { caller } of contenders) await runLoad(caller, warmUp)
  const rows: Row[] = []
  for (const load of plan) rows.push(await measureAt(load, { maniple, contenders }, context))
  return rows
}

async function measureAt(
  { connections, calls }: (typeof plan)[number],
  { maniple, contenders }: Field,
  { quick, log }: RowContext,
): Promise<Row> {
  const load = { connections, calls: quick ? Math.ceil(calls / 10) : calls }
  const measured = new Map<Contender, Figures>(
    contenders.map((contender) => [contender, { rates: [], latencies: [] }]),
  )
  const storedBefore = await maniple.stored()
  maniple.takeOverheads()
  const rounds = quick ? 1 : 5
  // In turn, so that a slow minute of the machine hits all of them.
  for (let round = 0; round < rounds; round += 1) {
    for (const [{ caller }, figures] of measured) {
      const { rate, latencies } = await runLoad(caller, load)
      figures.rates.push(rate)
      for (const latency of latencies) figures.latencies.push(latency)
    }
  }
  const stored = (await maniple.stored()) - storedBefore
  if (stored !== rounds * load.calls) throw new Error(`only ${stored} calls were stored`)
  const title = `7. a model call with an instant provider, ${connections} at once`
  log(`${title}: done`)
  return { title, lines: linesOf(measured, maniple.takeOverheads()) }
}

function linesOf(measured: ReadonlyMap<Contender, Figures>, overheads: readonly number[]): Line[] {
  const [own] = measured.values()
  if (own === undefined) throw new Error('nothing was measured')
  const [p50, p99] = [quantile(overheads, 0.5), quantile(overheads, 0.99)]
  return [...measured].map(([{ name }, { rates, latencies }], index): Line => {
    const rate = quantile(rates, 0.5)
    const ratio = quantile(own.rates, 0.5) / rate
    const line = { engine: name, result: formatRate(rate), detail: describe(latencies) }
    if (index > 0) {
      const goesFaster = { text: `≥ ${goal.ratio} ×`, met: ratio >= goal.ratio }
      return { ...line, ratio: formatRatio(ratio), goal: name === sdkName ? null : goesFaster }
    }
    return {
      ...line,
      detail: `${line.detail}; of it Maniple's own p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(2)} ms`,
      ratio: '',
      goal: {
        text: `adds p50 ≤ ${goal.p50} ms, p99 ≤ ${goal.p99} ms`,
        met: p50 <= goal.p50 && p99 <= goal.p99,
      },
    }
  })
}

function describe(latencies: readonly number[]): string {
  const at = (share: number): string => quantile(latencies, share).toFixed(2)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
}
