import type { Moment } from './moment.ts'
import { type PersonaName, personas } from './registry.ts'

/** What the persona says to the moment; `draw`, from 0 up to 1, chooses among what fits. */
export function speak(persona: PersonaName, moment: Moment, draw: number): string {
  return personas[persona].say(moment, draw)
}
