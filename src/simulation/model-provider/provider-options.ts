import { AppError, type Clock, systemClock } from '../../shared/index.ts'
import type { CallFilter, ProviderStats, RecordedCall } from './call-counter.ts'
import type { Fault, FaultRates } from './choose-fault.ts'

/** What is not given is as for the provider as a whole. */
export type SimulatedModel = {
  readonly name: string
  readonly latencyMs?: number
  readonly faults?: FaultRates
}

export type SimulatedProviderOptions = {
  /** Decides replies, latencies and faults. */
  readonly seed: number
  /** Mean latency of a call; each call's own lies within 25 % of it. Default 400. */
  readonly latencyMs?: number
  readonly faults?: FaultRates
  /** What a 429 asks for. Default 1,000. */
  readonly retryAfterMs?: number
  /** Default 0: any free port. */
  readonly port?: number
  /** What clients must send as key. Not a secret: the server listens on loopback alone. */
  readonly apiKey?: string
  /** Any other name gets 404. Default: `simulated-model`, `simulated-fast`, `simulated-strong`. */
  readonly models?: readonly (string | SimulatedModel)[]
  /** Larger bodies get 413. Default 4 MiB. */
  readonly maxBodyBytes?: number
  readonly clock?: Clock
}

export type SimulatedProvider = {
  /** To be given to a client: ends in `/v1`. */
  readonly baseUrl: string
  readonly port: number
  readonly apiKey: string
  readonly models: readonly string[]
  readonly stats: () => ProviderStats
  readonly calls: (filter?: CallFilter) => readonly RecordedCall[]
  /** The next calls, in the order they arrive, fail so (null: not at all) before the rates hold. */
  readonly failNext: (...faults: readonly (Fault | null)[]) => void
  /** Ends open calls without an answer. Can be called again. */
  readonly close: () => Promise<void>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const defaultModels = ['simulated-model', 'simulated-fast', 'simulated-strong']
const simulatedApiKey = 'simulated-api-key'

export type ProviderSettings = Omit<Required<SimulatedProviderOptions>, 'models'> & {
  readonly models: ReadonlyMap<string, Required<SimulatedModel>>
}

export function withDefaults(options: SimulatedProviderOptions): ProviderSettings {
  const settings = {
    latencyMs: 400,
    faults: {},
    retryAfterMs: 1000,
    port: 0,
    apiKey: simulatedApiKey,
    maxBodyBytes: 4 * 1024 * 1024,
    clock: systemClock,
    ...options,
  }
  const { latencyMs, faults } = settings
  const models = (options.models ?? defaultModels).map((model) => ({
    latencyMs,
    faults,
    ...(typeof model === 'string' ? { name: model } : model),
  }))
  for (const model of models) checkLatency(model)
  return { ...settings, models: new Map(models.map((model) => [model.name, model])) }
}

function checkLatency({ name, latencyMs }: Required<SimulatedModel>): void {
  if (latencyMs >= 0) return
  const problem = `The simulated latency of ${name} is ${latencyMs} ms`
  throw new AppError('config_invalid', `${problem}: give 0 or more.`)
}
