import type pg from 'pg'
import type {
  EffectClass,
  EffectContext,
  EffectGate,
  EffectMarker,
  EffectOrigin,
  EffectPerformer,
  EffectRequest,
} from '../../src/contracts/index.ts'
import { closedRules, type EffectRule, type GateRules } from '../../src/policy/index.ts'
import { createAudit } from '../../src/records/index.ts'
import { AppError, systemClock } from '../../src/shared/index.ts'
import { createEffectGate } from '../../src/workflows/gate/create-effect-gate.ts'
import type { GateParts, OutsideFacts } from '../../src/workflows/gate/gate-parts.ts'
import { silentLog } from '../support/silent-log.ts'

/** Something outside that remembers each comment it was given, and by which marker. */
export class Outside {
  readonly comments: { readonly body: string; readonly key: string }[] = []
  lookups = 0
  /** What the next calls do, one each: apply and fail, fail without applying, or hang after applying. */
  readonly faults: ('lost answer' | 'limited' | 'refused' | 'hang')[] = []

  performer(kind: EffectClass): EffectPerformer<'issue.comment'> {
    return {
      class: kind,
      perform: async (effect, marker, signal) => await this.#comment(effect.body, marker, signal),
      find: async (_effect, { key }) => {
        this.lookups += 1
        const id = this.comments.findIndex((comment) => comment.key === key)
        return id < 0 ? null : { id }
      },
    }
  }

  async #comment(body: string, { key }: EffectMarker, signal: AbortSignal) {
    const fault = this.faults.shift()
    if (fault === 'limited') throw new AppError('github_limited', 'too many')
    if (fault === 'refused') throw new AppError('github_refused', 'no such issue')
    this.comments.push({ body, key })
    if (fault === 'lost answer') throw new AppError('github_unclear', 'the connection broke')
    if (fault === 'hang') {
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      )
    }
    return { id: this.comments.length - 1 }
  }
}

export type GateOptions = Partial<Pick<GateParts, 'isDry' | 'holder' | 'times'>> & {
  readonly rule?: EffectRule
  readonly pool: pg.Pool
  readonly outside: Outside
  readonly class?: EffectClass
}

export function startGate(options: GateOptions): EffectGate {
  const { pool, outside } = options
  return createEffectGate({
    pool,
    log: silentLog,
    audit: createAudit({ pool, log: silentLog, clock: systemClock }),
    performers: { 'issue.comment': outside.performer(options.class ?? 'marked') },
    observe: async () => outsideFacts,
    rules: rulesOf(options.rule ?? { verdict: 'allow' }),
    secrets: ['a-secret-that-nobody-may-see'],
    isDry: options.isDry ?? false,
    times: options.times ?? { callMs: 5_000, leaseMs: 6_000 },
    holder: options.holder ?? 'one',
  })
}

const outsideFacts: OutsideFacts = {
  repository: { defaultBranch: 'main', isArchived: false },
  ...{ permission: 'write', object: { isOwn: true }, pull: null, taskType: null, open: 0 },
}

const rulesOf = (rule: EffectRule): GateRules => ({
  ...closedRules,
  repositories: ['octo/*'],
  effects: { 'issue.comment': rule, 'issue.close': { verdict: 'allow' } },
})

export const origin: EffectOrigin = {
  ...{ run: 'run-1', task: 'cart', root: 'run-1', depth: 0, user: 'ada', taint: 'maintainer' },
}

export function comment(key: string, body = key): EffectRequest {
  const effect = { type: 'issue.comment', repository: 'octo/shop', number: 7, body } as const
  return { key, effect, origin }
}

export const context: EffectContext = {
  signal: new AbortController().signal,
  stillOurs: async () => true,
}
