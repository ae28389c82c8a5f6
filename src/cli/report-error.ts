import { CommanderError } from 'commander'
import { AppError, type ErrorCode } from '../shared/index.ts'
import { ownName } from './command-words.ts'
import { exitCodeOfError, exitCodes } from './exit-codes.ts'
import { safeText } from './terminal-text.ts'
import { writeJson, writeOutput } from './write-output.ts'

export type ErrorStyle = {
  /** Also one JSON object on stdout. */
  readonly json: boolean
  /** With the stack and its causes. */
  readonly debug: boolean
}

type Fault = { readonly code: ErrorCode; readonly message: string }

const helpCodes: readonly string[] = ['commander.helpDisplayed', 'commander.version']

/** What failed first, when closing what was open failed as well. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error
}

function faultOf(error: unknown): Fault {
  if (error instanceof AppError) {
    // Problems of the configuration come one a line.
    return { code: error.code, message: error.message.split('\n').map(safeText).join('\n') }
  }
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') {
      return {
        code: 'usage_invalid',
        message: `name a command; \`${ownName()} --help\` lists them`,
      }
    }
    const message = safeText(error.message.replace(/^error: /, '')).replace(/\.$/, '')
    return { code: 'usage_invalid', message: `${message}; see --help` }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message: `internal fault: ${safeText(message)}` }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

/** Says what went wrong, in one line on stderr, and returns the exit code. */
export async function reportError(failure: unknown, style: ErrorStyle): Promise<number> {
  const error = firstOf(failure)
  if (error instanceof CommanderError && helpCodes.includes(error.code)) return exitCodes.succeeded
  const fault = faultOf(error)
  await writeOutput(process.stderr, `maniple: ${fault.message} (${fault.code})\n`)
  if (style.debug) await writeOutput(process.stderr, `${stackOf(failure)}\n`)
  if (style.json) await writeJson(process.stdout, { error: fault })
  return exitCodeOfError(fault.code)
}
