import type { Persona } from './contract.ts'
import { plain } from './plain/plain.ts'
import { reynolds } from './reynolds/reynolds.ts'

/** Every persona there is: a folder and a line here. */
export const personas = { plain, reynolds } as const satisfies Record<string, Persona>

export type PersonaName = keyof typeof personas

export const personaNames = ['plain', 'reynolds'] as const satisfies readonly PersonaName[]
