import type * as z from 'zod'
import type {
  Caller,
  OrchestrationService,
  PilotService,
  Role,
  RunService,
} from '../contracts/index.ts'
import type { Log } from '../shared/index.ts'
import type { CallGate } from './call-gate.ts'

/** What the tools call, and nothing else. */
export type McpDependencies = {
  readonly orchestration: OrchestrationService
  readonly pilot: PilotService
  readonly runs: RunService
  readonly log: Log
  /** Told to clients as the version of the server. */
  readonly version: string
  readonly limits: {
    /** Largest accepted message, in bytes. */
    readonly maxInputBytes: number
  }
}

/** Tells the client how many of the tasks have ended. Each call names more than the one before. */
export type ReportProgress = (step: {
  readonly ended: number
  readonly total: number
  readonly message: string
}) => Promise<void>

/** The circumstances of one call. */
export type ToolContext = McpDependencies & {
  readonly caller: Caller
  readonly gate: CallGate
  /** Aborted when the client cancels the call, or is gone: nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Aborted when the server stops: waiting ends, and the state so far is the answer. */
  readonly closing: AbortSignal
  /** Undefined when the client did not ask for progress. */
  readonly progress: ReportProgress | undefined
}

export type ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> = {
  /** 1 to 128 letters, digits, `_`, `-` and `.`. */
  readonly name: string
  /** Every word of it is paid for by each conversation that has the tool at hand. */
  readonly description: string
  /** The least role that may call it. */
  readonly role: Role
  readonly annotations: {
    readonly readOnlyHint?: boolean
    readonly destructiveHint?: boolean
    readonly idempotentHint?: boolean
    readonly openWorldHint?: boolean
  }
  readonly input: Input
  readonly output: Output
  readonly call: (input: z.output<Input>, context: ToolContext) => Promise<z.input<Output>>
}

/** A tool whose own types are hidden, so that all fit one list. */
export type McpTool = Pick<
  ToolDefinition<z.ZodObject, z.ZodObject>,
  'name' | 'description' | 'role' | 'annotations' | 'input' | 'output'
> & {
  /** Admits the call, parses the arguments, performs the call and answers with what fits `output`. */
  readonly perform: (given: unknown, context: ToolContext) => Promise<Record<string, unknown>>
}
