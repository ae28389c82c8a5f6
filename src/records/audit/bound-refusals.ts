import type { AuditEntry } from '../../contracts/index.ts'

export type Refusals = {
  /** Tells the audit of a refusal, or only counts it. `from`: an address, or whatever asks. */
  readonly tell: (from: string, entry: AuditEntry) => void
  /** Tells what was only counted so far. */
  readonly close: () => void
}

type Window = { readonly ends: number; written: number; leftOut: number }

type Options = {
  readonly audit: (entry: AuditEntry) => void
  /** Of the records that only count. */
  readonly event: string
  readonly now?: () => number
}

const minute = 60_000
/** Refusals of one asker that are written one by one each minute; the others are counted. */
const perMinute = 10
const mostAskers = 1000

/** Refused requests for the audit, at most so many that nobody can flood it. */
export function boundRefusals({ audit, event, now = () => performance.now() }: Options): Refusals {
  const windows = new Map<string, Window>()
  const closeOne = (from: string, { leftOut }: Window): void => {
    windows.delete(from)
    if (leftOut === 0) return
    const details = { Address: from, LeftOut: leftOut }
    const common = { event, actor: from, repository: null }
    audit({ ...common, action: 'CountRefusals', result: 'DENIED', details })
  }
  const closeEnded = (): void => {
    const time = now()
    // In the order of their beginning: the first that goes on ends the search.
    for (const [from, window] of windows) {
      if (window.ends > time && windows.size <= mostAskers) return
      closeOne(from, window)
    }
  }
  const timer = setInterval(closeEnded, minute).unref()
  return {
    tell: (from, entry) => {
      closeEnded()
      const window = windows.get(from) ?? { ends: now() + minute, written: 0, leftOut: 0 }
      windows.set(from, window)
      if (window.written >= perMinute) window.leftOut += 1
      else {
        window.written += 1
        audit(entry)
      }
    },
    close: () => {
      clearInterval(timer)
      for (const [from, window] of windows) closeOne(from, window)
    },
  }
}
