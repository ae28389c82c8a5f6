import { Refusal } from '../state/refusal.ts'

/** The versions that GitHub serves; without the header the first one counts. */
const versions = ['2022-11-28', '2026-03-10'] as const
export type ApiVersion = (typeof versions)[number]

export function versionOf(header: string | undefined): ApiVersion {
  const version = versions.find((known) => known === (header ?? versions[0]))
  if (version !== undefined) return version
  const message = `"${header}" is not a supported version. Supported versions: ${versions.join(', ')}.`
  throw new Refusal(400, message)
}

/**
 * Takes out what 2026-03-10 removed: `assignee` beside `assignees`, `merge_commit_sha` of pull
 * requests, `has_downloads` of repositories, the top-level `rate`.
 */
export function asVersion(version: ApiVersion, body: unknown): unknown {
  return version === '2022-11-28' ? body : strip(body)
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip)
  if (typeof value !== 'object' || value === null) return value
  const isRemoved = (key: string): boolean =>
    (key === 'assignee' && 'assignees' in value) ||
    (key === 'merge_commit_sha' && 'head' in value) ||
    (key === 'rate' && 'resources' in value) ||
    key === 'has_downloads'
  const kept = Object.entries(value).filter(([key]) => !isRemoved(key))
  return Object.fromEntries(kept.map(([key, member]) => [key, strip(member)]))
}
