import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { AuditHead, type AuditReport } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatCount } from '../format-quantity.ts'
import type { AuditFlags, GuardRequest } from '../guard-program.ts'
import { loadSettings } from '../load-settings.ts'
import { commandLogLevel } from '../log-level.ts'
import { openSession, type Session } from '../open-session.ts'
import { safeText } from '../terminal-text.ts'
import { writeJson, writeOutput } from '../write-output.ts'

type AuditRequest = Extract<GuardRequest, { name: 'audit' }>
type Audit = Session['audit']
type Heads = readonly AuditHead[]

const Kept = z.looseObject({ heads: z.array(AuditHead) })
const day = 86_400_000

function refuse(message: string): never {
  throw new AppError('usage_invalid', message)
}

function checkFlags({ action, flags }: AuditRequest): void {
  const owners = { heads: 'verify', since: 'export', out: 'export', olderThan: 'prune' } as const
  for (const [flag, owner] of Object.entries(owners)) {
    if (Reflect.get(flags, flag) !== undefined && owner !== action) {
      refuse(`--${flag === 'olderThan' ? 'older-than' : flag} belongs to audit ${owner}`)
    }
  }
}

function noHeads(path: string, cause: unknown): AppError {
  if (cause instanceof Error && 'code' in cause) {
    const reason = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    return new AppError('input_invalid', `--heads ${path} cannot be read: ${reason}`, { cause })
  }
  const reason = cause instanceof z.ZodError ? 'its last line holds no heads' : String(cause)
  const message = `${path} holds no heads of an audit (${reason}); give it what audit export wrote`
  return new AppError('input_invalid', message, { cause })
}

/** The last line of what `audit export` wrote: to a file, or to standard output. */
async function readHeads(path: string): Promise<Heads> {
  let last = ''
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      if (line.trim() !== '') last = line
    }
    return Kept.parse(JSON.parse(last)).heads
  } catch (cause) {
    throw noHeads(path, cause)
  }
}

function place({ segment, seq, id, what }: AuditReport['problems'][number]): string {
  const record = seq === null ? '' : `, record ${seq}${id === null ? '' : ` (${id})`}`
  return `segment ${segment}${record}: ${what}`
}

async function verify(audit: Audit, flags: AuditFlags): Promise<number> {
  const heads = flags.heads === undefined ? [] : await readHeads(flags.heads)
  const report = await audit.verify({ heads })
  const [first] = report.problems
  const message = first === undefined ? '' : place(first)
  const error = first === undefined ? {} : { error: { code: 'audit_broken', message } }
  if (flags.json === true) await writeJson(process.stdout, { ...report, ...error })
  else if (first === undefined) {
    const pruned = report.pruned === 0 ? '' : `, ${report.pruned} of them pruned`
    const text = `The audit verifies: ${formatCount(report.records, 'record')} in ${formatCount(report.segments, 'segment')}${pruned}\n`
    await writeOutput(process.stdout, text)
  } else {
    const lines = report.problems.map((problem) => `${safeText(place(problem))}\n`)
    await writeOutput(process.stdout, lines.join(''))
    throw new AppError('audit_broken', `the audit does not verify: ${message}`)
  }
  return report.ok ? exitCodes.succeeded : exitCodes.failed
}

type Written = { readonly records: number; readonly heads: Heads }

type Put = (text: string) => Promise<unknown>

/** Lines as they come; with `json`, one object of them. */
async function write(lines: AsyncIterable<string>, put: Put, json: boolean): Promise<Written> {
  let records = 0
  let heads: Heads = []
  if (json) await put('{"records":[')
  for await (const line of lines) {
    if (line.startsWith('{"heads":')) {
      heads = Kept.parse(JSON.parse(line)).heads
      await put(json ? `],${line.slice(1)}\n` : `${line}\n`)
    } else {
      await put(json ? `${records === 0 ? '' : ','}${line}` : `${line}\n`)
      records += 1
    }
  }
  return { records, heads }
}

function notWritten(path: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new AppError('usage_invalid', `--out ${path} cannot be written: ${reason}`, { cause })
}

async function openOutput(path: string): Promise<FileHandle> {
  try {
    // Never over an earlier export: that may be the only copy of what was pruned.
    return await open(path, 'wx', 0o600)
  } catch (cause) {
    throw notWritten(path, cause)
  }
}

async function exportAll(audit: Audit, { since, out, json }: AuditFlags): Promise<number> {
  const made = audit.export(since === undefined ? {} : { since })
  if (out === undefined) {
    await write(made, (text) => writeOutput(process.stdout, text), json === true)
    return 0
  }
  await using file = await openOutput(out)
  const { records, heads } = await write(made, (text) => file.appendFile(text), false)
  await file.sync()
  // Only now is it safe to prune what the file holds.
  const segments = await made.confirm()
  if (json === true) await writeJson(process.stdout, { file: out, records, segments, heads })
  else {
    await writeOutput(
      process.stderr,
      `${formatCount(records, 'record')} in ${out}. Keep elsewhere:\n`,
    )
    await writeJson(process.stdout, { heads })
  }
  return 0
}

async function prune(audit: Audit, { olderThan, json }: AuditFlags): Promise<number> {
  if (olderThan === undefined) refuse('audit prune needs --older-than DAYS')
  const { segments, records } = await audit.prune(olderThan * day)
  if (json === true) await writeJson(process.stdout, { segments, records })
  else {
    await writeOutput(
      process.stdout,
      `${formatCount(records, 'record')} of ${formatCount(segments, 'segment')} removed\n`,
    )
  }
  return 0
}

/** `audit verify | export | prune`: needs only the database. */
export async function audit(wanted: AuditRequest): Promise<number> {
  const { action, flags } = wanted
  checkFlags(wanted)
  const settings = loadSettings(flags)
  const logLevel = commandLogLevel(flags, settings.log.level)
  await using session = await openSession({ settings, logLevel })
  if (action === 'verify') return await verify(session.audit, flags)
  if (action === 'export') return await exportAll(session.audit, flags)
  return await prune(session.audit, flags)
}
