import type { PromptAgent } from '../../contracts/index.ts'
import { AppError, systemClock } from '../../shared/index.ts'
import { closeRun } from './close-run.ts'
import type { CommandAgentOptions, CommandSetting } from './command-agent-options.ts'
import { LiveProcesses } from './live-processes.ts'
import { performTask } from './perform-task.ts'
import { openRepository } from './repository.ts'
import { fingerprintOf, reuseResult } from './reuse-result.ts'

const defaultOutputLimit = 256 * 1024

/**
 * The agent that runs any command line on a real repository (B11).
 *
 * What protects the user's repository: every attempt works in a clone of its own with borrowed
 * objects and no remote; results come back as branches under `maniple/<run>/`; an allow-list for
 * the environment; and git is never run on what an agent left behind in `.git`.
 *
 * What does not: the command runs as the user, without a sandbox. It can read what the user can
 * read, use the network, and, if it sets out to, find the repository's path (it borrows objects
 * from there) and write to it. Run commands that you would run yourself, or run Maniple in a
 * container.
 *
 * The repository is opened at first use; `openRepository` tells beforehand what is wrong with it.
 */
export function createCommandAgent(options: CommandAgentOptions): PromptAgent {
  const { name, slots, capacity } = options
  const live = new LiveProcesses()
  let opened: Promise<CommandSetting> | undefined
  const setting = () => {
    opened ??= openSetting(options, live).catch((error: unknown) => {
      // So that the next task tries again once the user has put it right.
      opened = undefined
      throw error
    })
    return opened
  }
  return {
    name,
    defaultSlots: slots,
    lanes: capacity === undefined ? [] : [{ name: `agent/${name}`, capacity }],
    perform: async (task, context) => named(performTask(await setting(), task, context)),
    close: async (closing, context) => named(closeRun(await setting(), closing, context)),
    fingerprint: async (task) => fingerprintOf(await setting(), task),
    reuse: async (task, output, context) => reuseResult(await setting(), { task, output }, context),
    abandon: () => live.kill(),
  }
}

/** Gives a full disk its name; any other surprise stays as it is. */
async function named<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EROFS') throw error
    const message = `A clone could not be written (${code}): free space, then retry`
    throw new AppError('disk_full', message, { cause: error })
  })
}

async function openSetting(
  options: CommandAgentOptions,
  live: LiveProcesses,
): Promise<CommandSetting> {
  return {
    name: options.name,
    command: options.command,
    check: options.check ?? null,
    repository: await openRepository(options.repository, options.environment),
    workDir: options.workDir,
    environment: options.environment,
    passEnvironment: options.passEnvironment ?? [],
    outputLimitBytes: options.outputLimitBytes ?? defaultOutputLimit,
    log: options.log,
    clock: options.clock ?? systemClock,
    live,
  }
}
