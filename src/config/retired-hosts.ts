const retired = new Map([
  ['models.github.ai', '2026-07-30'],
  ['models.inference.ai.azure.com', '2025-10-17'],
])

/**
 * Why the host of `url` cannot serve models any more, worded to follow "expected"; undefined for
 * any other host. A call there answers 410, which no retry can help.
 */
export function retirement(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const { hostname } = new URL(url)
  const since = retired.get(hostname)
  if (since === undefined) return undefined
  const whole = hostname === 'models.github.ai' ? '' : ' (and all of GitHub Models on 2026-07-30)'
  return `another OpenAI-compatible API: ${hostname} was retired on ${since}${whole}`
}
