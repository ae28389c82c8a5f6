export {
  type Assignment,
  type AssignmentRules,
  assignArm,
  type Eligibility,
  type PilotRequest,
} from './assign-arm.ts'
export {
  decidePilot,
  isPhaseOver,
  nextPhase,
  type PilotLook,
  type PilotMove,
  type PilotPlace,
} from './decide-pilot.ts'
export { defaultPhases } from './default-phases.ts'
export {
  defaultLimits,
  type Evidence,
  giveVerdict,
  type Judgement,
  type PilotLimits,
} from './give-verdict.ts'
export { type ArmSums, type MetricSums, noSums } from './metric-sums.ts'
export { type SampleRatio, sampleRatio } from './sample-ratio.ts'
