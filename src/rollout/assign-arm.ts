import { createHash } from 'node:crypto'
import type { PilotState } from '../contracts/index.ts'

export type PilotRequest = {
  readonly repository: string | null
  readonly user: string | null
  /** What sticks to its arm: an issue, a pull request, or a key of the caller's choice. */
  readonly key: string
}

/** Empty lists admit everybody. `owner/*` stands for all repositories of an owner. */
export type Eligibility = {
  readonly repositories: readonly string[]
  readonly users: readonly string[]
}

export type AssignmentRules = {
  readonly pilot: string
  readonly state: PilotState
  /** Share of the eligible requests that go to the candidate, 0 to 1. */
  readonly participation: number
  readonly eligibility: Eligibility
}

export type Assignment = { readonly arm: 'control' | 'candidate'; readonly reason: string }

/**
 * The arm of a request; null when it takes no part, so that routing is as without a pilot.
 *
 * A key keeps its place on the line from 0 to 1, and the candidate has the part below the
 * participation: when that grows, everybody who was in stays in. Every eligible request is in one
 * arm or the other, so the two are alike but for the model.
 */
export function assignArm(request: PilotRequest, rules: AssignmentRules): Assignment | null {
  const { pilot, state, participation, eligibility } = rules
  if (state !== 'running' && state !== 'promoted') return null
  if (!isEligible(request, eligibility)) return null
  if (state === 'promoted') return { arm: 'candidate', reason: `${pilot} was promoted` }
  const place = stablePlace(pilot, request.key)
  const isIn = place < participation
  const share = `${place.toFixed(4)} is ${isIn ? 'within' : 'beyond'} the share of ${participation}`
  return { arm: isIn ? 'candidate' : 'control', reason: `the key’s place ${share}` }
}

/** 48 bits of SHA-256 as a number from 0 to below 1, the same for ever for a pilot and a key. */
export function stablePlace(pilot: string, key: string): number {
  return createHash('sha256').update(`${pilot}\0${key}`).digest().readUIntBE(0, 6) / 2 ** 48
}

function isEligible(request: PilotRequest, eligibility: Eligibility): boolean {
  return (
    admits(eligibility.repositories, request.repository) && admits(eligibility.users, request.user)
  )
}

/** GitHub's names of owners, repositories and users do not mind their case. */
function admits(list: readonly string[], given: string | null): boolean {
  if (list.length === 0) return true
  if (given === null) return false
  const name = given.toLowerCase()
  return list.some((one) => {
    const entry = one.toLowerCase()
    return entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : name === entry
  })
}
