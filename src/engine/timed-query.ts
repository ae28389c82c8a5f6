import type { QueryConfig } from 'pg'

/**
 * A query that is given up (with a connection error) when the server says nothing for `timeoutMs`.
 * The driver takes the time-out a query, though its types know it only for a connection.
 */
export function timedQuery(
  config: QueryConfig,
  timeoutMs: number,
): QueryConfig & { readonly query_timeout: number } {
  return { ...config, query_timeout: timeoutMs }
}
