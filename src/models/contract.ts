import type { ModelClient } from '../contracts/index.ts'
import type { Clock } from '../shared/index.ts'

type CommonSettings = {
  /** Address above `/chat/completions`, such as `https://api.openai.com/v1`; no credentials in it. */
  readonly baseUrl: string
  /** How many calls may be in flight over all processes; the engine's lanes see to it. */
  readonly concurrency: number
  /**
   * How long one call may take, in milliseconds. Node's own client gives up after 300,000 without
   * a first byte, whatever stands here.
   */
  readonly timeoutMs: number
}

export type OpenAiCompatibleSettings = CommonSettings & {
  readonly provider: 'openai-compatible'
  /** Sent as bearer token; providers on the own machine often need none. */
  readonly apiKey?: string
  readonly model: string
}

export type SimulatedSettings = CommonSettings & {
  readonly provider: 'simulated'
  /** Default: what the simulated provider expects by default. */
  readonly apiKey?: string
  /** Default: the simulated provider's only model. */
  readonly model?: string
}

export type ModelSettings = OpenAiCompatibleSettings | SimulatedSettings

export type ModelPorts = { readonly clock: Clock }

/**
 * Makes a client of one provider. Its `generate` rejects with `model_rate_limited`, `model_auth` or
 * `model_failed`, or with the reason of the caller's signal.
 */
export type ModelClientFactory<S extends ModelSettings> = (
  settings: S,
  ports: ModelPorts,
) => ModelClient
