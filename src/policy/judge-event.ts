import type { MarkerPlace, PlacedMarker } from './compose-marker.ts'
import type { Lineage, LoopRules } from './loop-rules.ts'
import { isAtPlace, type MarkerReading } from './read-markers.ts'

/** What is known of an event before anything is started for it. */
export type EventFacts = {
  /** Who did it; null where the event does not say. */
  readonly actor: {
    readonly id: number
    readonly login: string
    readonly kind: 'User' | 'Bot' | 'Mannequin' | 'Organization' | 'EnterpriseUserAccount'
  } | null
  /** The markers of the text it is about. */
  readonly markers: MarkerReading
  /** Where that text stands. */
  readonly place: MarkerPlace
  /** How many events of this kind there were on this object in the last hour, this one included. */
  readonly objectEventsThisHour: number | null
}

export type EventJudgement = {
  /** `own`: Maniple did it, nothing starts. `loop`: nothing starts, and a person should look. */
  readonly verdict: 'own' | 'foreign' | 'loop'
  readonly confidence: number
  readonly reasons: readonly string[]
  /** What it was caused by, where a marker of ours says so: what starts from it goes on from there. */
  readonly lineage: Lineage | null
}

/** Whether an event is Maniple's own echo, somebody else's doing, or one more turn of a loop. */
export function judgeEvent(facts: EventFacts, rules: LoopRules): EventJudgement {
  const lineage = deepest(facts.markers.verified)
  const forged = facts.markers.refused.map((reason) => `A marker was not accepted: ${reason}`)
  const turn = findTurn(facts, lineage, rules)
  if (turn !== null) {
    return {
      verdict: 'loop',
      confidence: turn.confidence,
      reasons: [turn.reason, ...forged],
      lineage,
    }
  }
  const { actor, place } = facts
  if (actor !== null && rules.ownActors.includes(actor.id)) {
    const reason = `${actor.login} is an account that Maniple acts under.`
    return { verdict: 'own', confidence: 1, reasons: [reason, ...forged], lineage }
  }
  const atPlace = facts.markers.verified.some((marker) => isAtPlace(marker, place))
  if (actor === null && atPlace) {
    const reason = 'Nobody is named, and the text carries a marker made for this place.'
    return { verdict: 'own', confidence: 0.9, reasons: [reason, ...forged], lineage }
  }
  return { ...judgeForeign(facts, lineage, forged), lineage }
}

function judgeForeign(
  { actor, markers }: EventFacts,
  lineage: Lineage | null,
  forged: readonly string[],
): Omit<EventJudgement, 'lineage'> {
  const reasons = [...forged]
  const who = actor === null ? 'somebody who is not named' : actor.login
  reasons.push(`It was done by ${who}, under no account of Maniple's.`)
  if (lineage !== null) {
    reasons.push(`Its text carries a marker of ours (${lineage.root}, depth ${lineage.depth}).`)
  }
  let confidence = 1
  if (actor === null) confidence = 0.5
  else if (actor.kind !== 'User') confidence = 0.8
  if (lineage !== null || markers.refused.length > 0) confidence -= 0.2
  return { verdict: 'foreign', confidence, reasons }
}

/** A copy counts as well: somebody who carries our text on carries its lineage on. */
function deepest(markers: readonly PlacedMarker[]): Lineage | null {
  const last = markers.toSorted((one, other) => other.depth - one.depth)[0]
  return last === undefined ? null : { root: last.root, depth: last.depth }
}

function findTurn(
  facts: EventFacts,
  lineage: Lineage | null,
  rules: LoopRules,
): { readonly confidence: number; readonly reason: string } | null {
  if (lineage !== null && lineage.depth >= rules.maxDepth) {
    const reason = `It is ${lineage.depth} steps from ${lineage.root}; at most ${rules.maxDepth} are allowed.`
    return { confidence: 0.95, reason }
  }
  const count = facts.objectEventsThisHour
  if (count !== null && count > rules.maxEventsPerObjectHour) {
    const reason = `${count} such events on it this hour; more than ${rules.maxEventsPerObjectHour}.`
    return { confidence: 0.7, reason }
  }
  return null
}
