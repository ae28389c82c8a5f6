import { count, counted, times } from '../format-number.ts'
import type { EndedFacts } from '../moment.ts'
import type { LinesOf } from './line.ts'

export const acceptedLines: LinesOf<'orchestration.accepted'> = [
  { say: 'Accepted, written down and no longer your problem for the moment.' },
  { say: 'On it. Several of it, in fact.' },
  { say: 'Taken. I would promise to be quick, but I prefer to be measured.' },
  { say: 'On the list, which is a kind of table with ambitions.' },
  {
    when: ({ total }) => total === 1,
    say: 'One workload. I shall do it in parallel with the waiting.',
  },
  {
    when: ({ total }) => total === 1,
    say: 'A single workload: the easiest concurrency problem there is.',
  },
  {
    when: ({ total }) => total >= 2,
    say: ({ total }) =>
      `${counted(total, 'workload')} accepted. Nobody has to go last if nobody waits.`,
  },
  {
    when: ({ total, slots }) => slots >= 1 && total > slots,
    say: ({ total, slots }) =>
      `${counted(total, 'workload')} and ${counted(slots, 'slot')}: there will be a queue, but a principled one.`,
  },
  {
    when: ({ total, slots }) => total >= 2 && slots >= total,
    say: 'There is a slot for every workload. Enjoy the silence where the queue would be.',
  },
  {
    when: ({ simulated }) => simulated,
    say: 'Accepted. The models are simulated, so the confidence will be too.',
  },
]

const clean = (ended: EndedFacts): boolean =>
  ended.failed === 0 && ended.total >= 1 && ended.succeeded === ended.total
const fast = ({ speedUp }: EndedFacts): boolean => speedUp !== null && speedUp >= 1.5
const slow = ({ speedUp }: EndedFacts): boolean => speedUp !== null && speedUp >= 0 && speedUp < 1.1
const fallenBack = ({ fallbacks }: EndedFacts): boolean => fallbacks >= 1
const timesOf = ({ speedUp }: EndedFacts): string => times(speedUp ?? 0)

export const succeededLines: LinesOf<'orchestration.succeeded'> = [
  { say: 'Done. I had a remark prepared for failure; it will keep.' },
  { say: 'Finished. Please act surprised.' },
  { say: 'That worked, and I have the audit log to prove it.' },
  {
    when: clean,
    say: 'Every workload came back. I counted them twice, concurrently.',
  },
  {
    when: clean,
    say: ({ total }) =>
      `${count(total)} out, ${count(total)} back. The arithmetic was the easy part.`,
  },
  {
    when: (ended) => clean(ended) && !fallenBack(ended),
    say: 'First-choice models all the way. The understudies went home unused.',
  },
  {
    when: fast,
    say: (ended) => `${timesOf(ended)} faster than taking turns. Taking turns is for board games.`,
  },
  {
    when: fast,
    say: (ended) =>
      `Speed-up ${timesOf(ended)}: what queues look like when they mind their own business.`,
  },
  {
    when: (ended) => ended.rating === 'excellent',
    say: 'Efficiency is excellent, which leaves me little to be witty about.',
  },
  {
    when: (ended) => ended.rating === 'poor',
    say: 'It all got done; the slots spent a fair while admiring the ceiling.',
  },
  {
    when: (ended) => ended.total >= 2 && slow(ended),
    say: 'Done, at about the speed of one thing after another. Parallel in spirit.',
  },
  {
    when: (ended) => ended.total === 1,
    say: 'One workload, done. The parallelism was mostly ceremonial.',
  },
  {
    when: fallenBack,
    say: ({ fallbacks }) =>
      `Done, with ${counted(fallbacks, 'fallback')} stepping in. The show went on; the posters are wrong.`,
  },
  {
    when: ({ simulated }) => simulated,
    say: 'A success, performed by simulated models. Hold the applause, or simulate it.',
  },
]

const mixed = ({ succeeded, failed }: EndedFacts): boolean => succeeded >= 1 && failed >= 1

export const partialLines: LinesOf<'orchestration.partial'> = [
  { say: 'A partial success, which is the optimistic half of the sentence.' },
  { say: 'Some of it landed. The rest is accounted for, which is not the same.' },
  { say: 'Not a sweep. The log is unusually good reading today.' },
  {
    when: mixed,
    say: ({ succeeded, failed }) =>
      `${count(succeeded)} landed, ${count(failed)} did not. Independence is a virtue, and this is why.`,
  },
  {
    when: mixed,
    say: 'What failed did so alone; the others did not stop to watch.',
  },
  {
    when: ({ failed, total }) => failed === 1 && total >= 3,
    say: 'One failed out of the lot. There is always one.',
  },
  {
    when: ({ succeeded, failed }) => failed >= 1 && failed > succeeded,
    say: 'More failed than worked. I will call it a diagnostic run if you will.',
  },
  {
    when: (ended) => mixed(ended) && fast(ended),
    say: (ended) =>
      `${timesOf(ended)} faster than in turn, failures included. At least the bad news was prompt.`,
  },
  {
    when: fallenBack,
    say: 'Even the fallbacks were busy. Some of them deserve a better billing.',
  },
  {
    when: ({ simulated }) => simulated,
    say: 'Part of it failed, in simulation: the cheapest place to fail.',
  },
]

export const failedLines: LinesOf<'orchestration.failed'> = [
  { say: 'That did not work. The reasons are attached, and they are better than mine.' },
  { say: 'Nothing landed. On the bright side, the failure is fully documented.' },
  { say: 'No luck this time. Retrying is one call away; reading the error first is cheaper.' },
  {
    when: ({ total }) => total >= 2,
    say: 'It failed, in parallel, which at least saved time.',
  },
  {
    when: ({ total }) => total === 1,
    say: 'One workload, one failure. The sample is small; the point stands.',
  },
  {
    when: ({ total, failed }) => total >= 2 && failed === total,
    say: ({ total }) =>
      `All ${count(total)} failed. When they agree like that, suspect what they share.`,
  },
  {
    when: fallenBack,
    say: 'The fallbacks tried as well. Depth of bench was not the problem.',
  },
  {
    when: ({ simulated }) => simulated,
    say: 'A simulated failure: all of the lesson, none of the invoice.',
  },
]

export const cancelledLines: LinesOf<'orchestration.cancelled'> = [
  { say: 'Cancelled, as asked. Stopping on request is a feature with few fans and many users.' },
  { say: 'Stopped. I was only getting started, but so were you, evidently.' },
  {
    when: ({ succeeded }) => succeeded === 0,
    say: 'Cancelled before anything landed. No result, and nobody to blame for it.',
  },
  {
    when: ({ succeeded }) => succeeded >= 1,
    say: ({ succeeded }) =>
      `Cancelled, with ${counted(succeeded, 'workload')} already home. What is done stays done.`,
  },
]
