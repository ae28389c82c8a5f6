import type { PoolClient } from 'pg'
import type { EffectRecord, EffectRequest, EffectState } from '../../contracts/index.ts'
import { withTransaction } from '../../database/index.ts'
import { type GateFacts, type Judgement, judgeEffect } from '../../policy/index.ts'
import { countEffects, findEffect, insertEffect, type StoredCounts } from '../../records/index.ts'
import { newId } from '../../shared/index.ts'
import { auditOf } from './audit-effect.ts'
import type { GateParts, OutsideFacts } from './gate-parts.ts'

const nothingKnown: OutsideFacts = {
  repository: { defaultBranch: null, isArchived: null },
  ...{ permission: null, object: null, pull: null, taskType: null, open: null },
}

/** Judges a request and writes it down with the verdict; what is known already is left as it is. */
export async function admitEffect(
  parts: GateParts,
  request: EffectRequest,
  signal: AbortSignal,
): Promise<EffectRecord> {
  const { pool, audit } = parts
  const { key, effect, origin } = request
  const known = await findEffect(pool, { key })
  if (known !== null) return known
  const outside = await lookOutside(parts, request, signal)
  return await withTransaction(pool, async (client) => {
    await lockCounts(client, request)
    const counts = await countEffects(client, effect, origin)
    const judgement = judgeEffect(request, factsOf(parts, { outside, counts }), parts.rules)
    const state = stateOf(judgement, parts.isDry)
    const { effect: judged, reasons } = judgement
    const row = { id: newId(16), key, effect: judged, origin, state, reasons }
    const inserted = await insertEffect(client, row)
    if (inserted === null) return await mustFind(client, key)
    const entry = audit.entry(auditOf(inserted, origin.user ?? 'maniple'))
    await client.query('select maniple.append_audit($1, $2)', [
      audit.segment,
      JSON.stringify([entry]),
    ])
    return inserted
  })
}

type Seen = { readonly outside: OutsideFacts; readonly counts: StoredCounts }

function factsOf({ secrets }: GateParts, { outside, counts }: Seen): GateFacts {
  const { open, ...facts } = outside
  // A pause keeps what is allowed from being performed; it does not make it wait for a person.
  return { ...facts, paused: false, counts: { ...counts, open }, secrets }
}

function stateOf(
  { verdict }: Judgement,
  isDry: boolean,
): Extract<EffectState, 'asked' | 'intended' | 'denied' | 'dry'> {
  if (verdict === 'deny') return 'denied'
  if (isDry) return 'dry'
  return verdict === 'ask' ? 'asked' : 'intended'
}

async function lookOutside(
  parts: GateParts,
  { effect, origin }: EffectRequest,
  signal: AbortSignal,
): Promise<OutsideFacts> {
  try {
    return await parts.observe(effect, origin, signal)
  } catch (error) {
    signal.throwIfAborted()
    parts.log.warn({ err: error, type: effect.type }, 'cannot see what an effect would change')
    return nothingKnown
  }
}

/** Two requests that count against one cap are judged one after the other. */
async function lockCounts(client: PoolClient, { effect, origin }: EffectRequest): Promise<void> {
  const names = [`${effect.repository} ${effect.type}`, `root ${origin.root}`].toSorted()
  for (const name of names) {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('effect ' || $1, 0))`, [name])
  }
}

async function mustFind(client: PoolClient, key: string): Promise<EffectRecord> {
  const found = await findEffect(client, { key })
  if (found === null) throw new Error(`the effect "${key}" is there and cannot be read`)
  return found
}
