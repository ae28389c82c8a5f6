import type { PilotPhase } from '../contracts/index.ts'

/** The phases of a pilot whose settings name none. */
export const defaultPhases: readonly PilotPhase[] = [
  { name: 'alpha', participation: 0.05, days: 7, description: 'First tests, limited users' },
  { name: 'beta', participation: 0.15, days: 14, description: 'The core team' },
  { name: 'general', participation: 0.5, days: 30, description: 'All eligible users' },
]
