import type {
  Effect,
  EffectContext,
  EffectMarker,
  EffectOutcome,
  EffectPerformer,
  EffectRecord,
} from '../../contracts/index.ts'
import { withTransaction } from '../../database/index.ts'
import { type EffectEnd, finishEffect } from '../../records/index.ts'
import { AppError, type JsonObject } from '../../shared/index.ts'
import { auditOf } from './audit-effect.ts'
import type { GateParts } from './gate-parts.ts'

type Claimed = {
  readonly record: EffectRecord
  /** 1: it was certainly not done before. */
  readonly tries: number
}

/** Performs an effect whose lease this process has, and writes down what came of it. */
export async function performEffect(
  parts: GateParts,
  { record, tries }: Claimed,
  context: EffectContext,
): Promise<EffectOutcome> {
  const performer = performerOf(parts, record.effect)
  if (performer === null) return await end(parts, record, refused(cannot(record)))
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(parts.times.callMs)])
  try {
    if (tries > 1) {
      const found = await findEarlier(performer, record, signal)
      if (found !== undefined) return await end(parts, record, found)
    }
    if (!(await context.stillOurs())) {
      const lost = new AppError('worker_lost', 'another worker has taken the task over')
      return await end(parts, record, again(lost))
    }
  } catch (error) {
    // Looking changes nothing, so nothing came of this try; those before still count.
    context.signal.throwIfAborted()
    return await end(parts, record, again(asAppError(error)))
  }
  return await end(parts, record, await attempt(performer, record, { signal, context }))
}

type Call = { readonly signal: AbortSignal; readonly context: EffectContext }

async function attempt(
  performer: EffectPerformer,
  record: EffectRecord,
  { signal }: Call,
): Promise<EffectEnd> {
  try {
    const receipt = await performer.perform(record.effect, markerOf(record), signal)
    return { state: 'performed', receipt, error: null, nothingCame: false }
  } catch (error) {
    const failure = asAppError(error)
    if (signal.aborted || isUnclear(failure)) return unclear(performer, failure)
    return failure.isRetryable ? again(failure) : refused(failure)
  }
}

/** What an earlier try, whose outcome is not known, did; undefined: it has to be tried again. */
async function findEarlier(
  performer: EffectPerformer,
  record: EffectRecord,
  signal: AbortSignal,
): Promise<EffectEnd | undefined> {
  if (performer.class === 'natural') return undefined
  if (performer.class === 'once' || performer.find === undefined) return unknown()
  const receipt = await performer.find(record.effect, markerOf(record), signal)
  return receipt === null
    ? undefined
    : { state: 'performed', receipt, error: null, nothingCame: false }
}

function unclear(performer: EffectPerformer, error: AppError): EffectEnd {
  if (performer.class === 'once') return unknown(error)
  return { state: 'intended', receipt: null, error, nothingCame: false }
}

const again = (error: AppError): EffectEnd => ({
  ...{ state: 'intended', receipt: null, error, nothingCame: true },
})

const refused = (error: AppError): EffectEnd => ({
  ...{ state: 'failed', receipt: null, error, nothingCame: true },
})

const unknown = (cause?: AppError): EffectEnd => ({
  state: 'unknown',
  receipt: null,
  error: new AppError(
    'effect_unknown',
    `nobody can tell whether it happened${cause === undefined ? '' : ` (${cause.message})`}: look, then approve it again or deny it`,
    { cause },
  ),
  nothingCame: false,
})

/** The other side may have done it: a time-out, a broken connection, an error of its own. */
const isUnclear = ({ code }: AppError): boolean => code === 'github_unclear' || code === 'internal'

async function end(
  parts: GateParts,
  record: EffectRecord,
  outcome: EffectEnd,
): Promise<EffectOutcome> {
  const { pool, holder, audit } = parts
  const { id } = record
  const { state, receipt, error } = outcome
  await withTransaction(pool, async (client) => {
    const isWritten = await finishEffect(client, { id, holder }, outcome)
    if (!isWritten || state === 'intended') return
    const after = { ...record, state, error }
    const entry = audit.entry(auditOf(after, 'maniple'))
    const rows = JSON.stringify([entry])
    await client.query('select maniple.append_audit($1, $2)', [audit.segment, rows])
  })
  if (state === 'performed') return { state, id, receipt: receipt ?? {} }
  if (state === 'unknown') return { state, id }
  return { state: 'failed', id, error: error ?? cannot(record) }
}

function performerOf({ performers }: GateParts, { type }: Effect): EffectPerformer | null {
  // Each performer is given effects of the type it is filed under, and no others.
  return (performers[type] as EffectPerformer | undefined) ?? null
}

function cannot({ type }: EffectRecord): AppError {
  return new AppError(
    'github_unavailable',
    `nothing here can perform "${type}": no GitHub credential for it is configured`,
  )
}

function markerOf({ key, run, task, root, depth }: EffectRecord): EffectMarker {
  return { key, run, task, root, depth }
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = 'the call failed in a way that was not foreseen'
  return new AppError('internal', message, { cause: error, isRetryable: true })
}

export function receiptOf({ receipt }: EffectRecord): JsonObject {
  return receipt !== null && typeof receipt === 'object' && !Array.isArray(receipt)
    ? (receipt as JsonObject)
    : {}
}
