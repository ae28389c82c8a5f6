import type { Moment } from '../voice/index.ts'
import type { PilotFacts } from './pilot-service.ts'

/** What there is to be said about a pilot. */
export function pilotMoment({ state, participation, participants }: PilotFacts): Moment {
  switch (state) {
    case 'idle':
      return { kind: 'pilot.idle' }
    case 'running':
      return { kind: 'pilot.running', participation, participants }
    case 'stopped':
      return { kind: 'pilot.stopped' }
    case 'promoted':
      return { kind: 'pilot.promoted' }
    case 'rolled_back':
      return { kind: 'pilot.rolled_back' }
  }
}
