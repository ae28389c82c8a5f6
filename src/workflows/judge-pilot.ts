import type { Pool } from 'pg'
import type { PilotConfiguration } from '../contracts/index.ts'
import {
  type ArmMetricSums,
  countAssignments,
  type PilotRow,
  readArmFigures,
  readArmSums,
  type StageArm,
} from '../records/index.ts'
import {
  type ArmSums,
  decidePilot,
  giveVerdict,
  isPhaseOver,
  type Judgement,
  type MetricSums,
  noSums,
  type PilotLimits,
  type PilotMove,
  type PilotPlace,
  type SampleRatio,
  sampleRatio,
} from '../rollout/index.ts'
import { pilotStanding } from './pilot-standing.ts'

export type PilotRules = {
  readonly configuration: PilotConfiguration
  readonly limits: PilotLimits
  /** The chance of a wrong claim over the whole pilot. */
  readonly alpha: number
}

export type PilotAssessment = {
  readonly judgement: Judgement
  readonly move: PilotMove
  readonly sampleRatio: SampleRatio
  readonly figures: { readonly control: StageArm; readonly candidate: StageArm }
}

/** What the figures of the pilot's stage show, and what they lead to. Changes nothing. */
export async function judgePilot(
  pool: Pool,
  row: PilotRow,
  { rules, now }: { readonly rules: PilotRules; readonly now: number },
): Promise<PilotAssessment> {
  const { configuration, limits, alpha } = rules
  const { phases } = configuration
  const of = { pilot: row.name, stage: row.stage }
  const [counts, sums, figures] = await Promise.all([
    countAssignments(pool, of),
    readArmSums(pool, of),
    readArmFigures(pool, of),
  ])
  const standing = pilotStanding(row, configuration)
  const units = { control: counts.control.units, candidate: counts.candidate.units }
  const ratio = sampleRatio(units, expectedShare(row, configuration))
  const [control, candidate] = [armOf(sums, 'control'), armOf(sums, 'candidate')]
  const place: PilotPlace = {
    ...{ state: standing.state, phase: row.phase, phaseStartedAt: row.phaseStartedAt ?? now },
  }
  const judged = giveVerdict({
    ...{ control, candidate, sampleRatio: ratio, limits },
    // Each phase is a comparison of its own, so they share the chance of a wrong claim.
    alpha: alpha / Math.max(1, phases.length),
    phaseOver: isPhaseOver(place, phases, now),
  })
  const judgement = { ...judged, reasons: [...judged.reasons, ...simulatedNote(figures)] }
  const candidateKeys = candidate.success.groups
  const seen = { candidateKeys, sampleRatioMismatch: ratio.mismatch }
  const move = decidePilot({ place, phases, judgement, ...seen, now })
  return { judgement, move, sampleRatio: ratio, figures }
}

/** The candidate's share of the stage, also after the pilot has ended. */
function expectedShare({ state, phase }: PilotRow, configuration: PilotConfiguration): number {
  if (state === 'promoted') return 1
  const found = configuration.phases.find(({ name }) => name === phase)
  return found?.participation ?? configuration.participation
}

function simulatedNote({ control, candidate }: PilotAssessment['figures']): readonly string[] {
  const simulated = control.simulated + candidate.simulated
  if (simulated === 0) return []
  const all = control.requests + candidate.requests
  return [`${simulated} of ${all} workloads were answered by a simulation`]
}

function armOf(rows: readonly ArmMetricSums[], arm: ArmMetricSums['arm']): ArmSums {
  const sumsOf = (metric: ArmMetricSums['metric']): MetricSums =>
    rows.find((row) => row.arm === arm && row.metric === metric) ?? noSums
  return {
    success: sumsOf('success'),
    latency: sumsOf('latency'),
    cost: sumsOf('cost'),
    feedback: sumsOf('feedback'),
  }
}
