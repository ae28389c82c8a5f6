import { counted, percent } from '../format-number.ts'
import type { LinesOf } from './line.ts'

export const idleLines: LinesOf<'pilot.idle'> = [
  { say: 'No pilot is running. The current model remains undefeated and untested.' },
  { say: 'The pilot is idle. Nothing ventured, nothing to roll back.' },
  { say: 'No trial under way: everyone gets the model they are used to.' },
]

export const runningLines: LinesOf<'pilot.running'> = [
  { say: 'The pilot is running. I read the figures, not the tea leaves.' },
  { say: 'A trial is under way; the verdict will be the data’s, not mine.' },
  {
    when: ({ participation }) => participation > 0 && participation < 1,
    say: ({ participation }) =>
      `${percent(participation)} of the eligible requests go to the candidate. The rest are the alibi.`,
  },
  {
    when: ({ participants }) => participants === 0,
    say: 'The candidate is on and nobody has met it yet.',
  },
  {
    when: ({ participants }) => participants >= 1,
    say: ({ participants }) =>
      `${counted(participants, 'request')} with the candidate so far. Opinions are still embargoed.`,
  },
]

export const promotedLines: LinesOf<'pilot.promoted'> = [
  {
    say: 'The candidate was promoted. It can stop being on its best behaviour; I hope it does not.',
  },
  { say: 'Promoted on the evidence, which is the only speech it had to give.' },
  { say: 'The trial is over and the newcomer has the keys.' },
]

export const rolledBackLines: LinesOf<'pilot.rolled_back'> = [
  { say: 'Rolled back. The old model pretends it never doubted.' },
  { say: 'The pilot was rolled back: a small retreat, well documented.' },
  { say: 'Back to the model before. Finding out early was the whole idea.' },
]

export const stoppedLines: LinesOf<'pilot.stopped'> = [
  { say: 'Stopped. A kill switch nobody uses is only decoration.' },
  { say: 'The pilot is stopped; nothing more goes to the candidate.' },
  { say: 'Trial halted. The candidate will have more time for its hobbies.' },
]
