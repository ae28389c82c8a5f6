import { count, counted, percent, times } from '../format-number.ts'
import type { LinesOf } from './line.ts'

export const analysisLines: LinesOf<'analysis'> = [
  { say: 'Nothing has been run. This is the part where everything still works.' },
  { say: 'An estimate: a fact that has not happened yet.' },
  { say: 'I have read it and formed opinions. They come with numbers attached.' },
  {
    when: ({ width, total }) => width >= 2 && width < total,
    say: ({ width }) =>
      `${count(width)} at once is what will hold. More would only be a queue with confidence.`,
  },
  {
    when: ({ width, total }) => total >= 2 && width === total,
    say: 'All of it can run at once. Somebody has been tidy with the dependencies.',
  },
  {
    when: ({ width }) => width === 1,
    say: 'Width one. I bring parallelism, and you bring me a single file.',
  },
  {
    when: ({ complexity }) => complexity === 'high',
    say: 'High complexity. I suggest the good models and a little patience.',
  },
  {
    when: ({ complexity }) => complexity === 'medium',
    say: 'Medium complexity: too hard to guess, too easy to brag about.',
  },
  {
    when: ({ complexity }) => complexity === 'low',
    say: 'Low complexity. The expensive model may stay in bed.',
  },
  {
    when: ({ limit }) => limit === 'budget',
    say: 'The budget is what binds. It is rarely the ideas.',
  },
  {
    when: ({ limit }) => limit === 'lane',
    say: 'A lane is what binds: the road is fine, the bridge is narrow.',
  },
  {
    when: ({ limit }) => limit === 'slots',
    say: 'The slots are what binds. They can be raised; gravity cannot.',
  },
  {
    when: ({ limit }) => limit === 'workloads',
    say: 'The limit is the work itself: there is simply no more of it to do at once.',
  },
  {
    when: ({ simulated }) => simulated,
    say: 'Estimated for simulated models, who are very relaxed about deadlines.',
  },
]

export const metricsLines: LinesOf<'metrics'> = [
  { say: 'The numbers, as they are. I only do the commentary.' },
  { say: 'Measured, not remembered. My memory is flattering.' },
  {
    when: ({ workloads }) => workloads === 0,
    say: 'No workloads in this window. Technically, nothing went wrong.',
  },
  {
    when: ({ workloads }) => workloads === 0,
    say: 'An empty window: the one dashboard I cannot make look busy.',
  },
  {
    when: ({ workloads, successRate }) => workloads >= 1 && successRate === 1,
    say: 'Every workload in the window succeeded. I distrust it slightly, as one should.',
  },
  {
    when: ({ workloads, successRate }) =>
      workloads >= 1 && successRate !== null && successRate >= 0.98 && successRate < 1,
    say: ({ successRate }) =>
      `${percent(successRate ?? 0)} succeeded. The rest kept the retries employed.`,
  },
  {
    when: ({ workloads, successRate }) =>
      workloads >= 1 && successRate !== null && successRate >= 0.5 && successRate < 0.98,
    say: ({ successRate }) =>
      `${percent(successRate ?? 0)} succeeded. Respectable, but the log has notes.`,
  },
  {
    when: ({ workloads, successRate }) =>
      workloads >= 1 && successRate !== null && successRate >= 0 && successRate < 0.5,
    say: 'More failed than succeeded. I would look at the breakers before the horoscope.',
  },
  {
    when: ({ workloads, speedUp }) => workloads >= 1 && speedUp !== null && speedUp >= 1.5,
    say: ({ speedUp, workloads }) =>
      `${counted(workloads, 'workload')}, ${times(speedUp ?? 0)} faster than in turn on average. Patience was not required.`,
  },
  {
    when: ({ rating }) => rating === 'excellent',
    say: 'Excellent efficiency. The slots barely had time to complain.',
  },
  {
    when: ({ rating }) => rating === 'poor',
    say: 'Efficiency is poor: too much waiting, too little to wait for.',
  },
  {
    when: ({ simulated }) => simulated,
    say: 'Figures of simulated models. Exact, reproducible and not quite real.',
  },
]
