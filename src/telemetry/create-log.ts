import { type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino'
import { hideSecrets } from './hide-secrets.ts'
import { readableLine } from './readable-line.ts'

type Fields = Readonly<Record<string, unknown>>
type Write = (fields: Fields, message: string) => void

/** Log lines are a fixed text plus fields; an error goes into the field `err` (or `error`). */
export type Log = {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
  /** A log that adds `fields` to each line. */
  readonly child: (fields: Fields) => Log
}

export type LogOptions = {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Default: stderr. A terminal gets readable text, anything else one JSON object a line. */
  readonly stream?: { readonly write: (text: string) => unknown; readonly isTTY?: boolean }
  /** Values that must never show, such as keys; passwords inside URLs never do anyway. */
  readonly secrets?: readonly string[]
}

const secretNames = [
  'apiKey',
  'authorization',
  'cookie',
  'databaseUrl',
  'password',
  'secret',
  'token',
]

/** The program's log. Standard output is never written to: it carries results only. */
export function createLog(options: LogOptions): Log {
  const { level, stream = process.stderr, secrets = [] } = options
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '(hidden)',
      },
    },
    {
      write: (json: string) => {
        const line = hideSecrets(json, secrets)
        stream.write(stream.isTTY === true ? readableLine(line) : line)
      },
    },
  )
  return narrow(logger)
}

function narrow(logger: Logger): Log {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => narrow(logger.child(fields)),
  }
}
