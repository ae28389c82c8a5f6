import type { Moment } from './moment.ts'

/** How things are told to people: pure, so that the same moment and draw give the same line. */
export type Persona = {
  readonly name: string
  /** One line, or nothing where there is nothing to say. `draw` is from 0 up to 1. */
  readonly say: (moment: Moment, draw: number) => string
}
