import * as z from 'zod'

/** What a token may do: look; start and stop work; configure, issue tokens, move pilots. */
export const Role = z.enum(['viewer', 'operator', 'admin'])
export type Role = z.infer<typeof Role>

/** On whose behalf something is asked. */
export type Caller = {
  /** For audit, budgets and eligibility: a token's name, or `local`. */
  readonly user: string
  readonly role: Role
  readonly via: 'http' | 'mcp' | 'cli'
}
