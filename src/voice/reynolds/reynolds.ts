import type { Persona } from '../contract.ts'
import type { Moment } from '../moment.ts'
import { analysisLines, metricsLines } from './figure-lines.ts'
import { chooseLine } from './line.ts'
import {
  acceptedLines,
  cancelledLines,
  failedLines,
  partialLines,
  succeededLines,
} from './orchestration-lines.ts'
import {
  idleLines,
  promotedLines,
  rolledBackLines,
  runningLines,
  stoppedLines,
} from './pilot-lines.ts'
import { reportLines } from './report-lines.ts'

/** Dry, self-aware, quick. Jokes about the work and the machine, never about people. */
export const reynolds: Persona = { name: 'reynolds', say: sayDryly }

function sayDryly(moment: Moment, draw: number): string {
  switch (moment.kind) {
    case 'orchestration.accepted':
      return chooseLine(acceptedLines, moment, draw)
    case 'orchestration.succeeded':
      return chooseLine(succeededLines, moment, draw)
    case 'orchestration.partial':
      return chooseLine(partialLines, moment, draw)
    case 'orchestration.failed':
      return chooseLine(failedLines, moment, draw)
    case 'orchestration.cancelled':
      return chooseLine(cancelledLines, moment, draw)
    case 'analysis':
      return chooseLine(analysisLines, moment, draw)
    case 'metrics':
      return chooseLine(metricsLines, moment, draw)
    case 'pilot.idle':
      return chooseLine(idleLines, moment, draw)
    case 'pilot.running':
      return chooseLine(runningLines, moment, draw)
    case 'pilot.promoted':
      return chooseLine(promotedLines, moment, draw)
    case 'pilot.rolled_back':
      return chooseLine(rolledBackLines, moment, draw)
    case 'pilot.stopped':
      return chooseLine(stoppedLines, moment, draw)
    case 'run.report':
      return chooseLine(reportLines, moment, draw)
  }
}
