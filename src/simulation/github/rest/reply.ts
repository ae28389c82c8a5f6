export type Reply = {
  readonly status: number
  /** Undefined: no body at all. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const reply = {
  ok: (body: unknown): Reply => ({ status: 200, body }),
  created: (body: unknown, location?: unknown): Reply => ({
    status: 201,
    body,
    ...(typeof location === 'string' ? { headers: { location } } : {}),
  }),
  accepted: (body: unknown): Reply => ({ status: 202, body }),
  nothing: (): Reply => ({ status: 204 }),
} as const

export type Page = { readonly page: number; readonly perPage: number }

/** GitHub takes what is not a sensible number for its default, and no more than 100 a page. */
export function pageOf(query: URLSearchParams): Page {
  const number = (name: string, fallback: number): number => {
    const value = Number(query.get(name) ?? fallback)
    return Number.isSafeInteger(value) && value > 0 ? value : fallback
  }
  return { page: number('page', 1), perPage: Math.min(100, number('per_page', 30)) }
}

/** The `Link` header of one page of `total` items; null when there is but one page. */
export function linkHeader(url: URL, { page, perPage }: Page, total: number): string | null {
  const last = Math.max(1, Math.ceil(total / perPage))
  const link = (to: number, rel: string): string => {
    const target = new URL(url)
    target.searchParams.set('page', String(to))
    return `<${target.href}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ]
  return links.length === 0 ? null : links.join(', ')
}
