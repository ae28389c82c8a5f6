/** A way to a model, ready to be called any number of times at once. */
export type OpenCaller = {
  /** One call: resolves with the answer there. */
  readonly call: () => Promise<void>
  /** Resolves once all that the calls so far are to leave behind is committed. */
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Another gateway, to which the same calls go. */
export type GatewayPeer = {
  readonly name: string
  readonly version: string
  readonly store: string
  readonly available: () => Promise<true | string>
  readonly start: (providerUrl: string) => Promise<OpenCaller>
}

/** What every call asks: a short task under the usual rules, some 300 tokens in all. */
export const question = {
  model: 'instant',
  system: 'You are a reviewer. Answer with the finding alone, complete and ready to use. '.repeat(6),
  prompt: `Review this change: ${'const total = items.reduce((sum, item) => sum + item.price, 0)\n'.repeat(8)}`,
  maxOutputTokens: 1000,
} as const
