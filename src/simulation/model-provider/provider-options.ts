import { AppError, type Clock, systemClock } from '../../shared/index.ts'
import type { ProviderStats } from './call-counter.ts'
import type { FaultRates } from './choose-fault.ts'

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
  /** What clients must send as bearer token. Not a secret: the server listens on loopback alone. */
  readonly apiKey?: string
  readonly models?: readonly string[]
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
  /** Ends open calls without an answer. Can be called again. */
  readonly close: () => Promise<void>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const simulatedModel = 'simulated-model'
const simulatedApiKey = 'simulated-api-key'

export type ProviderSettings = Required<SimulatedProviderOptions>

export function withDefaults(options: SimulatedProviderOptions): ProviderSettings {
  const settings = {
    latencyMs: 400,
    faults: {},
    retryAfterMs: 1000,
    port: 0,
    apiKey: simulatedApiKey,
    models: [simulatedModel],
    maxBodyBytes: 4 * 1024 * 1024,
    clock: systemClock,
    ...options,
  }
  if (!(settings.latencyMs >= 0)) {
    const problem = `The simulated latency is ${settings.latencyMs} ms: give 0 or more.`
    throw new AppError('config_invalid', problem)
  }
  return settings
}
