import { dirname, join, resolve } from 'node:path'
import { checkModels } from './check-models.ts'
import { configKeys } from './config-keys.ts'
import { Config } from './config-schema.ts'
import { defaultDataDir } from './default-data-dir.ts'
import { type Environment, type Machine, thisMachine } from './environment.ts'
import { addIssue, addMissing, expectation } from './explain-issue.ts'
import { gatherValues, type Overrides } from './gather-values.ts'
import type { GivenValues } from './given-values.ts'
import { withModelKeys } from './model-keys.ts'
import { ProblemList } from './problem-list.ts'

export type LoadConfigOptions = {
  readonly env: Environment
  /** Where `maniple.config.yaml` is looked for, and what relative paths start from. */
  readonly cwd: string
  /** Command line flags by key, such as `{ 'server.port': 8080 }`; they win over all else. */
  readonly overrides?: Overrides | undefined
  /** The file to read instead; it must exist. */
  readonly configPath?: string | undefined
  readonly machine?: Machine | undefined
}

/**
 * The configuration, frozen: defaults, then file, then environment, then command line. Throws one
 * `config_invalid` that lists every problem, one a line.
 */
export function loadConfig(options: LoadConfigOptions): Config {
  const { env, cwd, overrides = {}, configPath, machine = thisMachine() } = options
  const problems = new ProblemList()
  const { values, file } = gatherValues({ env, cwd, overrides, configPath }, problems)
  addDefaults(values, { env, machine })
  const tree = values.asTree(configKeys)
  const parsed = Config.safeParse(tree, { error: expectation })
  for (const issue of parsed.error?.issues ?? []) addIssue(issue, values, problems)
  demandModelAddress(values, problems)
  checkModels(tree, { env, problems })
  limitFaults(tree.simulation, problems)
  problems.throwIfAny()
  if (parsed.data === undefined) throw parsed.error
  const keyed = withModelKeys(parsed.data, env)
  return deepFreeze(withAbsolutePaths(keyed, { values, file, cwd, machine }))
}

function demandModelAddress(values: GivenValues, problems: ProblemList): void {
  if (values.get('model.provider')?.value !== 'openai-compatible') return
  if (values.get('model.baseUrl') === undefined) addMissing('model.baseUrl', problems)
}

function addDefaults(
  values: GivenValues,
  { env, machine }: { env: Environment; machine: Machine },
): void {
  const provider = values.get('model.baseUrl') === undefined ? 'simulated' : 'openai-compatible'
  const defaults: Record<string, unknown> = {
    dataDir: defaultDataDir(env, machine),
    'run.commandSlots': machine.cpus,
    'model.provider': provider,
  }
  for (const key of configKeys) {
    if (defaults[key.key] !== undefined) values.addDefault(key, defaults[key.key])
    const simulated = values.get('model.provider')?.value === 'simulated'
    if (key.key === 'model.name' && simulated) values.addDefault(key, 'simulated-model')
  }
}

function limitFaults(given: unknown, problems: ProblemList): void {
  const simulation = Config.shape.simulation.safeParse(given).data
  if (simulation === undefined) return
  const sum = Object.values(simulation.faults).reduce((total, rate) => total + rate, 0)
  // Ten rates of 0.1 add up to a little more than 1 in floating point.
  if (sum <= 1 + Number.EPSILON * 8) return
  problems.add(`the rates of simulation.faults add up to ${sum}; expected at most 1 together`)
}

type PathContext = {
  readonly values: GivenValues
  readonly file: string | undefined
  readonly cwd: string
  readonly machine: Machine
}

/** Paths of the file start from the file, all others from the working directory; `~/` from home. */
function withAbsolutePaths(config: Config, context: PathContext): Config {
  const absolute = (key: string, path: string) => {
    const inFile = context.values.get(key)?.rank === 'file' && context.file !== undefined
    const base = inFile ? dirname(context.file ?? '') : context.cwd
    return path.startsWith('~/') ? join(context.machine.home, path.slice(2)) : resolve(base, path)
  }
  const agents = Object.entries(config.agents).map(([name, agent]) => [
    name,
    { ...agent, repository: absolute('agents', agent.repository) },
  ])
  return {
    ...config,
    dataDir: absolute('dataDir', config.dataDir),
    agents: Object.fromEntries(agents),
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner)
    Object.freeze(value)
  }
  return value
}
