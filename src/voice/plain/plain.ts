import type { Persona } from '../contract.ts'
import { count, counted, percent, times } from '../format-number.ts'
import type { Moment } from '../moment.ts'

/** The facts in a short sentence, and nothing where the answer says it all. */
export const plain: Persona = { name: 'plain', say: (moment) => sayPlainly(moment) }

function sayPlainly(moment: Moment): string {
  switch (moment.kind) {
    case 'orchestration.accepted':
      return `Accepted ${counted(moment.total, 'workload')}.`
    case 'orchestration.succeeded':
    case 'orchestration.partial':
    case 'orchestration.failed':
    case 'orchestration.cancelled':
      return `${count(moment.succeeded)} of ${counted(moment.total, 'workload')} succeeded${stopped(moment.cancelled)}${quickly(moment.speedUp)}.`
    case 'analysis':
      return `${counted(moment.total, 'workload')}; suggested width ${count(moment.width)}.`
    case 'metrics':
      return moment.successRate === null
        ? 'No workloads in this window.'
        : `${counted(moment.workloads, 'workload')}, ${percent(moment.successRate)} succeeded.`
    case 'pilot.running':
      return `The pilot is running at ${percent(moment.participation)} participation.`
    case 'run.report':
      return `${count(moment.succeeded)} of ${counted(moment.total, 'task')} succeeded${quickly(moment.speedUp)}.`
    case 'pilot.idle':
    case 'pilot.promoted':
    case 'pilot.rolled_back':
    case 'pilot.stopped':
      return ''
  }
}

function stopped(cancelled: number): string {
  return cancelled > 0 ? `, ${count(cancelled)} cancelled` : ''
}

function quickly(speedUp: number | null): string {
  return speedUp !== null && Number.isFinite(speedUp) && speedUp > 0
    ? `, speed-up ${times(speedUp)}`
    : ''
}
