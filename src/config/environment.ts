import { availableParallelism, homedir } from 'node:os'

export type Environment = Readonly<Record<string, string | undefined>>

/** What defaults depend on. */
export type Machine = {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly cpus: number
}

/** The only place that reads `process.env`: everything else gets it as an argument. */
export function processEnvironment(): Environment {
  return process.env
}

export function thisMachine(): Machine {
  return { platform: process.platform, home: homedir(), cpus: availableParallelism() }
}
