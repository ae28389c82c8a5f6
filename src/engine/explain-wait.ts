import type { Wait } from '../contracts/index.ts'
import { workerSubject } from './decide-limit.ts'

export type WaitFacts = {
  readonly state: string
  readonly since: Date
  readonly dueAt: Date | null
  readonly parkReason: 'outside' | 'approval' | null
  /** Keys of dependencies that have not succeeded. */
  readonly unfinished: readonly string[]
  readonly agent: string
  /** Live workers that can perform it. */
  readonly workers: number
  /** Live workers that can perform the agent, whether or not they have one of `choices`. */
  readonly performers: number
  /** Between which the task has the choice; null where there is none. */
  readonly choices: readonly string[] | null
  readonly runHeld: number
  readonly runSlots: number
  readonly lanes: readonly {
    readonly id: string
    readonly capacity: number
    readonly held: number
    readonly shutUntil: string | null
    readonly shutReason: 'rate' | 'budget' | 'breaker' | null
  }[]
}

/** Why a task is not running; null while it runs and after it has ended. */
export function explainWait(facts: WaitFacts, now: Date): Wait | null {
  const because = reasonOf(facts, now)
  return because === null ? null : { since: facts.since.toISOString(), frees: null, ...because }
}

type Because = Pick<Wait, 'reason' | 'subject'> & Partial<Pick<Wait, 'frees'>>

function reasonOf(facts: WaitFacts, now: Date): Because | null {
  switch (facts.state) {
    case 'waiting':
      if (facts.dueAt !== null) {
        return { reason: 'retry', subject: 'the next try', frees: facts.dueAt.toISOString() }
      }
      return { reason: 'dependency', subject: listed(facts.unfinished) }
    case 'ready':
      return reasonOfReady(facts, now)
    case 'parked':
      return {
        reason: facts.parkReason ?? 'outside',
        subject: facts.parkReason === 'approval' ? 'a person’s approval' : 'work outside',
        frees: facts.dueAt?.toISOString() ?? null,
      }
    default:
      return null
  }
}

function reasonOfReady(facts: WaitFacts, now: Date): Because {
  // Without a worker no other limit matters: nothing would free it.
  if (facts.workers === 0) return { reason: 'worker', subject: workerSubject(facts) }
  if (facts.runHeld >= facts.runSlots) {
    return { reason: 'slots', subject: `${facts.runSlots} slots of the run` }
  }
  for (const lane of facts.lanes) {
    if (lane.shutReason !== null && lane.shutUntil !== null && new Date(lane.shutUntil) > now) {
      return {
        reason: lane.shutReason,
        subject: lane.id,
        frees: new Date(lane.shutUntil).toISOString(),
      }
    }
  }
  const full = facts.lanes.find((lane) => lane.held >= lane.capacity)
  if (full !== undefined) {
    return { reason: 'lane', subject: `${full.id} (${full.capacity} at once)` }
  }
  return { reason: 'worker', subject: workerSubject(facts) }
}

const shownKeys = 5

function listed(keys: readonly string[]): string {
  const more = keys.length - shownKeys
  const shown = keys.slice(0, shownKeys).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}
