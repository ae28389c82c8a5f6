import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import {
  type Effect,
  type EffectOrigin,
  type EffectQuery,
  EffectRecord,
  type EffectState,
} from '../../contracts/index.ts'
import { type AppError, type JsonObject, storableText } from '../../shared/index.ts'

const columns = `id, key, type, repository, state, run_id as run, task, root_id as root, depth, effect,
  reasons, receipt, error_code, error_message, decided_by as "decidedBy", asked_at, performed_at`

const EffectRow = EffectRecord.omit({ error: true, askedAt: true, performedAt: true }).extend({
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  asked_at: z.date(),
  performed_at: z.date().nullable(),
})

function toRecord(row: Record<string, unknown>): EffectRecord {
  const { error_code: code, error_message: message, ...read } = EffectRow.parse(row)
  const { asked_at: askedAt, performed_at: performedAt, ...facts } = read
  return {
    ...facts,
    error: code === null ? null : { code, message: message ?? '' },
    askedAt: askedAt.toISOString(),
    performedAt: performedAt?.toISOString() ?? null,
  }
}

export type NewEffect = {
  readonly id: string
  readonly key: string
  readonly effect: Effect
  readonly origin: EffectOrigin
  readonly state: Extract<EffectState, 'asked' | 'intended' | 'denied' | 'dry'>
  readonly reasons: readonly string[]
}

/** Null when the key was there already. */
export async function insertEffect(
  client: PoolClient,
  { id, key, effect, origin, state, reasons }: NewEffect,
): Promise<EffectRecord | null> {
  const { run, task, root, depth, user, taint } = origin
  const { rows } = await client.query<Record<string, unknown>>(
    `insert into maniple.effects (id, key, type, repository, state, run_id, task, root_id, depth,
       user_name, taint, effect, reasons)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (key) do nothing returning ${columns}`,
    [
      ...[id, key, effect.type, effect.repository, state, run, task, root, depth],
      ...[user === null ? null : storableText(user), taint],
      ...[storableText(JSON.stringify(effect)), reasons.map((reason) => storableText(reason))],
    ],
  )
  return rows[0] === undefined ? null : toRecord(rows[0])
}

export async function findEffect(
  pool: Pool | PoolClient,
  by: { readonly key: string } | { readonly id: string },
): Promise<EffectRecord | null> {
  const [column, value] = 'key' in by ? ['key', by.key] : ['id', by.id]
  const { rows } = await pool.query<Record<string, unknown>>(
    `select ${columns} from maniple.effects where ${column} = $1`,
    [storableText(value)],
  )
  return rows[0] === undefined ? null : toRecord(rows[0])
}

/** Newest first. */
export async function listEffects(
  pool: Pool,
  { state, run, repository, limit }: EffectQuery,
): Promise<readonly EffectRecord[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select ${columns} from maniple.effects
     where ($1::maniple.effect_state is null or state = $1) and ($2::text is null or run_id = $2)
       and ($3::text is null or repository = $3)
     order by ordinal desc limit $4`,
    [state ?? null, run ?? null, repository ?? null, limit],
  )
  return rows.map(toRecord)
}

/** How many were asked for before and not denied: what caps are compared with. */
export type StoredCounts = {
  /** Of its type. */
  readonly run: number
  readonly hour: number
  /** Of all types. */
  readonly runAll: number
  readonly hourAll: number
  readonly root: number
}

/** Counts what may still happen as if it had. */
export async function countEffects(
  client: PoolClient,
  { type, repository }: Effect,
  { run, root }: EffectOrigin,
): Promise<StoredCounts> {
  const { rows } = await client.query<StoredCounts>(
    `select ofrun.same as run, ofrun.every as "runAll", ofhour.same as hour, ofhour.every as "hourAll",
       (select count(*) from maniple.effects where root_id = $4 and state not in ('denied', 'dry', 'failed'))::int as root
     from (select count(*) filter (where type = $2)::int as same, count(*)::int as every
         from maniple.effects where run_id = $1 and state not in ('denied', 'dry', 'failed')) ofrun,
       (select count(*) filter (where type = $2)::int as same, count(*)::int as every
         from maniple.effects where repository = $3 and state in ('asked', 'intended', 'unknown', 'performed')
           and asked_at > clock_timestamp() - interval '1 hour') ofhour`,
    [run, type, repository, root],
  )
  const [counts] = rows
  if (counts === undefined) throw new Error('counting effects gave no row')
  return counts
}

/** How many times the call was begun and may have gone through, this one included; null: not now. */
export async function claimEffect(
  pool: Pool,
  id: string,
  lease: { readonly holder: string; readonly ms: number },
): Promise<number | null> {
  const { rows } = await pool.query<{ tries: number }>(
    'select tries from maniple.claim_effect($1, $2, $3)',
    [id, lease.holder, lease.ms],
  )
  return rows[0]?.tries ?? null
}

export type EffectEnd = {
  /** `intended`: to be tried again. */
  readonly state: Extract<EffectState, 'intended' | 'performed' | 'failed' | 'unknown'>
  readonly receipt: JsonObject | null
  readonly error: AppError | null
  /** It is certain that the call changed nothing. */
  readonly nothingCame: boolean
}

/** False when the lease was lost meanwhile; then nothing was written. */
export async function finishEffect(
  client: Pool | PoolClient,
  { id, holder }: { readonly id: string; readonly holder: string },
  { state, receipt, error, nothingCame }: EffectEnd,
): Promise<boolean> {
  const { rows } = await client.query<{ finished: boolean }>(
    'select maniple.finish_effect($1, $2, $3, $4, $5, $6, $7) as finished',
    [
      ...[id, holder, state, receipt === null ? null : storableText(JSON.stringify(receipt))],
      ...[error?.code ?? null, error === null ? null : storableText(error.message), nothingCame],
    ],
  )
  return rows[0]?.finished ?? false
}

/** A person's word. Null when the effect is not in one of `from` (any more). */
export async function decideEffect(
  client: PoolClient,
  id: string,
  change: {
    readonly from: readonly EffectState[]
    readonly to: 'intended' | 'denied'
    readonly by: string
    readonly reason: string
  },
): Promise<EffectRecord | null> {
  const { rows } = await client.query<Record<string, unknown>>(
    `update maniple.effects set state = $3, decided_by = $4, tries = 0, error_code = null,
       error_message = null, reasons = reasons || $5::text
     where id = $1 and state = any ($2::maniple.effect_state[]) returning ${columns}`,
    [id, change.from, change.to, storableText(change.by), storableText(change.reason)],
  )
  return rows[0] === undefined ? null : toRecord(rows[0])
}

/** How many effects of a task wait for a person. */
export async function countWaitingEffects(
  pool: Pool,
  { run, task }: { readonly run: string; readonly task: string },
): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from maniple.effects
     where run_id = $1 and task = $2 and state in ('asked', 'unknown')`,
    [run, task],
  )
  return rows[0]?.n ?? 0
}
