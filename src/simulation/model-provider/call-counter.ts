import type { ServerResponse } from 'node:http'

export type ProviderStats = {
  /** Requests for a completion that arrived. */
  readonly calls: number
  /** By HTTP status; `aborted` counts those that ended without a whole answer. */
  readonly byStatus: Readonly<Record<string, number>>
  /** By model, of those that could be read and named one there is. */
  readonly byModel: Readonly<Record<string, number>>
  readonly maxConcurrent: number
}

export type RecordedCall = {
  readonly model: string
  readonly protocol: 'openai' | 'anthropic'
  /** Milliseconds since the epoch, by the provider's clock, when it arrived. */
  readonly startedAt: number
  /** What the header `x-maniple-event-id` said. */
  readonly eventId: string | null
}

export type CallFilter = {
  readonly model?: string
  /** Only calls that started after this time, in milliseconds since the epoch. */
  readonly after?: number
}

export type CallCounter = {
  readonly begin: (response: ServerResponse) => void
  readonly record: (call: RecordedCall) => void
  readonly stats: () => ProviderStats
  /** The latest 100,000, in the order they could be read. */
  readonly calls: (filter?: CallFilter) => readonly RecordedCall[]
}

const rememberedCalls = 100_000

export function callCounter(): CallCounter {
  let calls = 0
  let open = 0
  let maxConcurrent = 0
  const byStatus: Record<string, number> = {}
  const byModel = new Map<string, number>()
  let recorded: RecordedCall[] = []
  return {
    begin: (response) => {
      calls += 1
      open += 1
      maxConcurrent = Math.max(maxConcurrent, open)
      response.once('close', () => {
        open -= 1
        const status = response.writableFinished ? String(response.statusCode) : 'aborted'
        byStatus[status] = (byStatus[status] ?? 0) + 1
      })
    },
    record: (call) => {
      byModel.set(call.model, (byModel.get(call.model) ?? 0) + 1)
      recorded.push(call)
      // Twice as many before half of them go: dropping one at a time would move all the others.
      if (recorded.length >= 2 * rememberedCalls) recorded = recorded.slice(-rememberedCalls)
    },
    stats: () => ({
      calls,
      byStatus: { ...byStatus },
      byModel: Object.fromEntries(byModel),
      maxConcurrent,
    }),
    calls: ({ model, after = Number.NEGATIVE_INFINITY } = {}) =>
      recorded
        .slice(-rememberedCalls)
        .filter((call) => call.startedAt > after && (model === undefined || call.model === model)),
  }
}
