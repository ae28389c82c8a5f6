import type { Clock, Log } from '../../shared/index.ts'
import type { LiveProcesses } from './live-processes.ts'
import type { Environment, Repository } from './repository.ts'

export type CommandAgentOptions = {
  readonly name: string
  /** A line for `sh -c`; the prompt comes on its stdin and in `$MANIPLE_PROMPT_FILE`. */
  readonly command: string
  /** A line for `sh -c`, run on the combined tree when the run closes. */
  readonly check?: string | undefined
  /** Path of the repository to work on, or of any folder inside it. */
  readonly repository: string
  /** Where clones live: under the data folder; made with mode 0700. */
  readonly workDir: string
  /** Slots of a run when the caller names none. */
  readonly slots: number
  /** How many of its tasks may run at once over all runs and processes; no limit when left out. */
  readonly capacity?: number | undefined
  /** The starter's environment, from which the allow-list is taken. */
  readonly environment: Environment
  /** Further names to hand to the command, such as its API key's. */
  readonly passEnvironment?: readonly string[] | undefined
  /** How much of the end of a command's output is kept. Default: 256 KiB. */
  readonly outputLimitBytes?: number | undefined
  readonly log: Log
  readonly clock?: Clock | undefined
}

/** The options with their defaults, and the repository opened. */
export type CommandSetting = {
  readonly name: string
  readonly command: string
  readonly check: string | null
  readonly repository: Repository
  readonly workDir: string
  readonly environment: Environment
  readonly passEnvironment: readonly string[]
  readonly outputLimitBytes: number
  readonly log: Log
  readonly clock: Clock
  /** What this agent has running now. */
  readonly live: LiveProcesses
}
