/** Port through which the `model` agent reaches a provider; `models/` implements it. */
export type ModelClient = {
  /** For display and for the lane: provider and model, such as `openai-compatible/gpt-5-mini`. */
  readonly id: string
  readonly simulated: boolean
  /** How many calls may be in flight over all processes. */
  readonly concurrency: number
  readonly generate: (request: ModelRequest) => Promise<ModelReply>
}

export type ModelRequest = {
  readonly system: string
  readonly prompt: string
  readonly signal: AbortSignal
}

export type ModelReply = {
  readonly text: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly finishReason: string
}
