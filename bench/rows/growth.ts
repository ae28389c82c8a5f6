import { openManiple, type RunningManiple } from '../peers/maniple.ts'
import { formatRate, type Line } from '../report.ts'
import { medianRound, rate } from '../statistics.ts'
import type { MeasureRow, RowContext } from './row.ts'

const shareGoal = 0.8

async function withManiple(
  { host }: RowContext,
  measure: (running: RunningManiple) => Promise<number>,
): Promise<number> {
  const running = await openManiple(host.context(null))
  try {
    return await measure(running)
  } finally {
    await running.stop()
  }
}

/** Maniple against itself: the same work on an empty database and on one with a long history. */
export const measureGrowth: MeasureRow = async (context) => {
  const queued = context.quick ? 10_000 : 100_000
  const finished = context.quick ? 50_000 : 1_000_000
  const few = context.quick ? 5_000 : 20_000
  const grouped = (tasks: number) => tasks.toLocaleString('en-US')
  const title = `6. growth: ${grouped(queued)} queued tasks, ${grouped(finished)} finished`
  context.log(title)
  const empty = await withManiple(context, async (running) => {
    const rounds = []
    for (let round = 0; round < 4; round += 1) rounds.push(await running.drain(few))
    // The first round compiles and connects.
    return rate(few, medianRound(rounds.slice(1)))
  })
  const grown = await withManiple(context, async (running) => {
    await running.fillFinished(finished)
    context.log('the finished tasks are in place')
    return rate(queued, await running.drain(queued))
  })
  const share = grown / empty
  const lines: Line[] = [
    {
      engine: 'Maniple, empty',
      result: formatRate(empty),
      detail: `${grouped(few)} queued, then drained`,
      ratio: '',
      goal: null,
    },
    {
      engine: 'Maniple, grown',
      result: formatRate(grown),
      detail: `${grouped(queued)} queued, then drained: ${(share * 100).toFixed(0)} % of the empty one`,
      ratio: '',
      goal: { text: `≥ ${shareGoal * 100} %`, met: share >= shareGoal },
    },
  ]
  return [{ title, lines }]
}
