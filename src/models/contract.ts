import type { TokenCredential } from '@azure/identity'
import type { ModelReply } from '../contracts/index.ts'
import type { TimerClock } from '../shared/index.ts'
import type { CallRequest } from './call/call-request.ts'

type CommonSettings = {
  /** How many calls may be in flight over all processes; the engine's lanes see to it. */
  readonly concurrency: number
  /**
   * How long one call may take, in milliseconds. Node's own client gives up after 300,000 without
   * a first byte, whatever stands here.
   */
  readonly timeoutMs: number
  /** Limits of the lane; default: none. */
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
  /** Goes before the price table. */
  readonly price?:
    | { readonly inputUsdPerMillion: number; readonly outputUsdPerMillion: number }
    | undefined
  readonly contextTokens?: number | undefined
}

export type OpenAiCompatibleSettings = CommonSettings & {
  readonly provider: 'openai-compatible'
  /** Address above `/chat/completions`, such as `https://api.openai.com/v1`; no credentials in it. */
  readonly baseUrl: string
  /** Sent as bearer token; providers on the own machine often need none. */
  readonly apiKey?: string | undefined
  readonly model: string
  /** Whether the endpoint takes `response_format: json_schema`. Default: true. */
  readonly structuredOutputs?: boolean | undefined
}

export type AnthropicSettings = CommonSettings & {
  readonly provider: 'anthropic'
  /** Address above `/messages`. Default: `https://api.anthropic.com/v1`. */
  readonly baseUrl?: string | undefined
  readonly apiKey: string
  readonly model: string
}

export type AzureFoundrySettings = CommonSettings & {
  readonly provider: 'azure-foundry'
  /** Name of the resource, the first part of its host; either this or `baseUrl`. */
  readonly resource?: string | undefined
  /** The resource's endpoint, or the address of a gateway above `/chat/completions`. */
  readonly baseUrl?: string | undefined
  /** Without one the process's own Azure identity is used (`DefaultAzureCredential`). */
  readonly apiKey?: string | undefined
  /** Name of the deployment; that of a model router works as any other. */
  readonly model: string
  /** Given: the older addresses with the deployment in the path and this version. */
  readonly apiVersion?: string | undefined
}

export type SimulatedSettings = CommonSettings & {
  readonly provider: 'simulated'
  readonly baseUrl: string
  /** Default: what the simulated provider expects by default. */
  readonly apiKey?: string | undefined
  /** Default: the simulated provider's first model. */
  readonly model?: string | undefined
}

export type ModelSettings =
  | AnthropicSettings
  | AzureFoundrySettings
  | OpenAiCompatibleSettings
  | SimulatedSettings

export type ModelPorts = {
  readonly clock: TimerClock
  /** Stands in for `DefaultAzureCredential`. */
  readonly azureCredential?: TokenCredential
}

/** One model of one provider, before structured output is put on top. */
export type ProviderClient = {
  readonly id: string
  readonly simulated: boolean
  /** The provider takes a JSON schema along; otherwise the prompt has to say it. */
  readonly takesSchema: boolean
  /** What to do, in words, where its API takes the schema and does not heed it. */
  readonly ifSchemaIgnored?: string
  readonly call: (request: CallRequest) => Promise<ModelReply>
}

/** Makes a client of one provider; loads and calls nothing yet. Throws `config_invalid`. */
export type ProviderFactory<S extends ModelSettings> = (
  settings: S,
  ports: ModelPorts,
) => ProviderClient
