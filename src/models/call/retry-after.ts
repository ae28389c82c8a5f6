/**
 * How long the provider asked us to stay away, in milliseconds: `retry-after-ms` (Azure also
 * `x-ms-retry-after-ms`), else `Retry-After` as seconds or as an HTTP date. Undefined when it did
 * not say, or said nonsense.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>> | undefined,
  now: number,
): number | undefined {
  const exact = amount(headers?.['retry-after-ms']) ?? amount(headers?.['x-ms-retry-after-ms'])
  if (exact !== undefined) return Math.ceil(exact)
  const given = headers?.['retry-after']
  const seconds = amount(given)
  if (seconds !== undefined) return Math.ceil(seconds * 1000)
  const date = given === undefined ? Number.NaN : Date.parse(given)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function amount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,12}(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}
