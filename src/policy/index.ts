export { composeMarker, type MarkerPlace, type PlacedMarker } from './compose-marker.ts'
export type { EffectCounts, GateFacts, ObjectFacts, PullFacts } from './gate-facts.ts'
export {
  type BranchRules,
  closedRules,
  type EffectRule,
  type GateRules,
  type LabelRules,
  type LineageRules,
  type MergeRules,
  type PathRules,
  type Permission,
  type TaintRules,
  type TextRules,
  type TrustedMerge,
  type Verdict,
} from './gate-rules.ts'
export { type Judgement, judgeEffect } from './judge-effect.ts'
export { type EventFacts, type EventJudgement, judgeEvent } from './judge-event.ts'
export type { Lineage, LoopRules } from './loop-rules.ts'
export { type LineageCounts, mayStart } from './may-start.ts'
export { inspectMarkers, isAtPlace, type MarkerReading, readMarkers } from './read-markers.ts'
export { type SanitiseOptions, sanitiseText } from './sanitise-text.ts'
