import type { PilotConfiguration } from '../contracts/index.ts'
import type { PilotPosition } from '../records/index.ts'

export type PilotStanding = {
  /** The state that counts; not always the stored one. */
  readonly state: PilotPosition['state']
  /** Share of the eligible requests that go to the candidate now, 0 to 1. */
  readonly participation: number
  /** Why it does not stand as stored; null when it does. */
  readonly why: string | null
}

/**
 * What a stored position means under the settings of today. Settings may have changed since the
 * pilot was started, in this process or in another: figures of other models or of a phase that is
 * gone prove nothing, so such a pilot counts as stopped until a person starts it again.
 */
export function pilotStanding(
  position: PilotPosition,
  configuration: PilotConfiguration,
): PilotStanding {
  const { state, phase } = position
  const off = (why: string): PilotStanding => ({ state: 'stopped', participation: 0, why })
  if (configuration.candidate === null) {
    const why = 'no pilot is configured: pilot.candidate, the model on trial, is not set'
    return { state: 'idle', participation: 0, why }
  }
  if (state !== 'running' && state !== 'promoted') return { state, participation: 0, why: null }
  for (const part of ['candidate', 'control'] as const) {
    const [was, is] = [position[part], configuration[part]]
    if (was !== is) {
      return off(`it was started with the ${part} ${was ?? '(any)'}, now ${is ?? '(any)'} is set`)
    }
  }
  if (state === 'promoted') return { state, participation: 1, why: null }
  if (phase === null && configuration.phases.length === 0) {
    return { state, participation: configuration.participation, why: null }
  }
  const found = configuration.phases.find(({ name }) => name === phase)
  if (found === undefined) return off(`its phase ${phase ?? '(none)'} is not in the settings now`)
  return { state, participation: found.participation, why: null }
}

/** For people: `running (alpha)`. */
export function positionText({ state, phase }: Pick<PilotPosition, 'state' | 'phase'>): string {
  return state === 'running' && phase !== null ? `${state} (${phase})` : state
}
