import type { Json } from '../../../shared/index.ts'

/** One JSON object as GitHub's REST API writes it. */
export type Shape = { readonly [key: string]: Json }

export const iso = (at: number): string =>
  new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z')

export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))
