import { count, counted, times } from '../format-number.ts'
import type { LinesOf } from './line.ts'

export const reportLines: LinesOf<'run.report'> = [
  { say: 'That is the report. I left the adjectives out.' },
  { say: 'All accounted for, one way or another.' },
  {
    when: ({ total, succeeded, failed }) => total >= 1 && succeeded === total && failed === 0,
    say: ({ total }) => `${counted(total, 'task')}, no casualties. Somebody planned this.`,
  },
  {
    when: ({ total, succeeded, failed }) => total >= 2 && succeeded === total && failed === 0,
    say: 'Every task succeeded. The failure section appreciates the day off.',
  },
  {
    when: ({ failed }) => failed === 1,
    say: 'One task failed. It has the most interesting paragraph.',
  },
  {
    when: ({ failed }) => failed >= 2,
    say: ({ failed }) =>
      `${count(failed)} tasks failed. Look for what they have in common before retrying them.`,
  },
  {
    when: ({ skipped }) => skipped >= 1,
    say: ({ skipped }) =>
      `${counted(skipped, 'task')} skipped: waiting for something that is not coming.`,
  },
  {
    when: ({ cancelled }) => cancelled >= 1,
    say: 'Some of it was cancelled, which is also a way of finishing early.',
  },
  {
    when: ({ speedUp }) => speedUp !== null && speedUp >= 1.5,
    say: ({ speedUp }) =>
      `${times(speedUp ?? 0)} faster than one at a time. One at a time was not available for comment.`,
  },
  {
    when: ({ speedUp, total }) => total >= 2 && speedUp !== null && speedUp >= 0 && speedUp < 1.1,
    say: 'Little was gained by doing it in parallel; the dependencies had other plans.',
  },
  {
    when: ({ simulated }) => simulated,
    say: 'Done by simulated agents, who never ask for a review of their review.',
  },
]
