import type { FastifyBaseLogger } from 'fastify'
import type { Log } from '../telemetry/index.ts'

type Write = Log['info']

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value instanceof Error) return { error: value }
  if (typeof value !== 'object' || value === null) return {}
  const { err, ...rest }: { readonly err?: unknown } = value
  return err === undefined ? rest : { ...rest, error: err }
}

/** Fastify calls with fields and a text, or with a text alone. */
function adapted(write: Write): (first: unknown, text?: unknown) => void {
  return (first, text) => {
    if (typeof first === 'string') write({}, first)
    else write(fieldsOf(first), typeof text === 'string' ? text : 'http')
  }
}

/** The program's log as Fastify calls it. */
export function fastifyLog(log: Log, level: string): FastifyBaseLogger {
  const error = adapted(log.error)
  const debug = adapted(log.debug)
  return {
    level,
    fatal: error,
    error,
    warn: adapted(log.warn),
    info: adapted(log.info),
    debug,
    trace: debug,
    silent: () => undefined,
    child: (bindings) => fastifyLog(log.child(fieldsOf(bindings)), level),
  }
}
