import type { Account, CapPeriod, CapScope } from '../contracts/index.ts'
import { storableText } from '../shared/index.ts'
import type { Cap } from './cap.ts'

/** On whose behalf a call is made. */
export type Subject = {
  readonly runId: string
  /** The first run of the chain of runs that caused each other. */
  readonly rootId: string
  /** `owner/name`. */
  readonly repository: string | null
  readonly user: string | null
}

/** What a call of `subject` at `now` counts against: one account for each cap that applies. */
export function accountsFor(caps: readonly Cap[], subject: Subject, now: Date): readonly Account[] {
  const chosen = new Map<string, { readonly cap: Cap; readonly account: Account }>()
  for (const cap of caps) {
    const name = nameIn(cap.scope, subject)
    if (name === null || (cap.only !== undefined && cap.only.toLowerCase() !== name)) continue
    const { label, end } = periodAt(cap.period, now)
    const id = [cap.scope, escapeName(name), cap.period, cap.unit, label]
      .filter((word) => word !== '')
      .join(':')
    if (isBefore(cap, chosen.get(id)?.cap)) {
      const account = { id, unit: cap.unit, limit: cap.amount, perMinute: null, periodEnd: end }
      chosen.set(id, { cap, account })
    }
  }
  return [...chosen.values()].map(({ account }) => account)
}

/** A cap that names its subject goes before one for each; of two alike the smaller holds. */
function isBefore(cap: Cap, other: Cap | undefined): boolean {
  if (other === undefined) return true
  if ((cap.only === undefined) !== (other.only === undefined)) return cap.only !== undefined
  return cap.amount < other.amount
}

/** Null when the cap does not concern the subject. GitHub's names are the same in any case. */
function nameIn(scope: CapScope, subject: Subject): string | null {
  switch (scope) {
    case 'run':
      return subject.runId
    case 'root':
      return subject.rootId
    case 'repository':
      return subject.repository?.toLowerCase() ?? null
    case 'user':
      return subject.user?.toLowerCase() ?? null
    case 'organisation':
      return subject.repository?.split('/')[0]?.toLowerCase() ?? null
    case 'all':
      return ''
  }
}

/** So that no name can pass itself off as another account. */
export function escapeName(name: string): string {
  return storableText(name).replace(/[%:\s]/g, encodeURIComponent)
}

/** How a period is called in ids, and when it ends. */
export function periodAt(
  period: CapPeriod,
  now: Date,
): { readonly label: string; readonly end: Date | null } {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  switch (period) {
    case 'total':
      return { label: '', end: null }
    case 'day':
      return {
        label: now.toISOString().slice(0, 10),
        end: new Date(Date.UTC(year, month, day + 1)),
      }
    case 'month':
      return { label: now.toISOString().slice(0, 7), end: new Date(Date.UTC(year, month + 1)) }
  }
}
