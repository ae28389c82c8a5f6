import type { PilotVerdict } from '../contracts/index.ts'
import { appendHistory, readPilot, savePilot, withLockedPilot } from '../records/index.ts'
import type { PilotMove } from '../rollout/index.ts'
import { judgePilot, type PilotRules } from './judge-pilot.ts'
import {
  auditEntry,
  automaticActor,
  type PilotChange,
  type PilotMover,
  writeChange,
} from './move-pilot.ts'
import { moveChange } from './pilot-actions.ts'
import { pilotStanding, positionText } from './pilot-standing.ts'

export type PilotTick = { readonly verdict: PilotVerdict; readonly move: PilotMove['kind'] }

type Look = {
  readonly mover: PilotMover
  readonly rules: PilotRules
  readonly intervalMs: number
}

/**
 * The periodic look: judges the figures, remembers the verdict, and acts on it. What it judged is
 * only acted on if nobody changed the row meanwhile, so of two processes one acts.
 */
export async function tickPilot({ mover, rules, intervalMs }: Look): Promise<PilotTick | null> {
  const { pool, name } = mover
  const judged = await readPilot(pool, name)
  const now = mover.now()
  if (pilotStanding(judged, rules.configuration).state !== 'running') return null
  if (judged.lookedAt !== null && now - judged.lookedAt < intervalMs) return null
  const { judgement, move } = await judgePilot(pool, judged, { rules, now })
  const { verdict } = judgement
  const acted = await withLockedPilot(pool, name, async (client, row) => {
    if (row.version !== judged.version) return null
    const looked = { ...row, verdict, reasons: [...judgement.reasons], lookedAt: now }
    await savePilot(client, looked)
    if (verdict !== row.verdict) {
      await appendHistory(client, {
        ...{ pilot: name, at: now, actor: automaticActor, action: 'verdict' },
        ...{ from: row.verdict ?? 'none', to: verdict, reason: judgement.reasons.join('; ') },
        ...{ before: null, undoes: null },
      })
    }
    const change = moveChange(row, move, now)
    if (change !== null) {
      await writeChange(client, looked, { change, actor: automaticActor, at: now })
    }
    return { change, from: positionText(row) }
  })
  if (acted === null) return null
  if (hasChange(acted)) await mover.audit(auditEntry(mover, automaticActor, acted))
  return { verdict, move: move.kind }
}

type Acted = { readonly change: PilotChange | null; readonly from: string }
const hasChange = (acted: Acted): acted is Acted & { readonly change: PilotChange } =>
  acted.change !== null
