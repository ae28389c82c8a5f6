import type { ServerResponse } from 'node:http'

export type ProviderStats = {
  /** Chat completion requests that arrived. */
  readonly calls: number
  /** By HTTP status; `aborted` counts those that ended without a whole answer. */
  readonly byStatus: Readonly<Record<string, number>>
  readonly maxConcurrent: number
}

export function callCounter(): {
  readonly begin: (response: ServerResponse) => void
  readonly stats: () => ProviderStats
} {
  let calls = 0
  let open = 0
  let maxConcurrent = 0
  const byStatus: Record<string, number> = {}
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
    stats: () => ({ calls, byStatus: { ...byStatus }, maxConcurrent }),
  }
}
