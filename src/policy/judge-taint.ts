import type { Effect } from '../contracts/index.ts'
import { ask, type Case, type Finding, type Judge } from './findings.ts'
import type { GateRules } from './gate-rules.ts'
import { judgePath } from './judge-path.ts'

/** What outside text must never bring about by itself, whatever the configuration allows. */
function findForbidden({ effect, facts, rules }: Case): string | null {
  const isOwn = (facts.object?.isOwn ?? facts.pull?.isOwn) === true
  // Whatever the configuration opened: this is for those who wrote it, not for passers-by.
  const paths = { ...rules.paths, unprotected: [] }
  switch (effect.type) {
    case 'branch.push':
      return effect.files.some((file) => judgePath(file.path, paths).length > 0)
        ? 'write what machines obey'
        : null
    case 'workflow.dispatch':
    case 'workflow.change':
      return 'touch workflows'
    case 'pull.merge':
      return 'merge'
    case 'issue.close':
    case 'pull.close':
      return isOwn ? null : 'close what is not ours'
    case 'pull.review':
      return effect.event === 'comment' ? null : 'approve or reject'
    default:
      return null
  }
}

/** Who had a hand in the wording limits what it may do. */
export const judgeTaint: Judge = (given) => {
  const { effect, origin, facts, rules } = given
  const findings: Finding[] = []
  if (origin.taint === 'maintainer') return judgeForeign(effect, facts.object?.isOwn ?? null)
  const limit = limitOf(effect.type, origin.taint, rules.taint)
  if (limit !== undefined) {
    const who = origin.taint === 'outside' ? 'text from outside' : 'a model'
    findings.push({ verdict: limit, reason: `${effect.type} was worded by ${who}.` })
  }
  const forbidden = findForbidden(given)
  if (origin.taint === 'outside' && forbidden !== null) {
    const reason = `Text from outside had a hand in it, and that may never ${forbidden}.`
    findings.push({ verdict: rules.taint.never, reason })
  }
  return [...findings, ...judgeForeign(effect, facts.object?.isOwn ?? facts.pull?.isOwn ?? null)]
}

function limitOf(
  type: Effect['type'],
  taint: 'model' | 'outside',
  rules: GateRules['taint'],
): 'ask' | 'deny' | undefined {
  const limits =
    taint === 'outside' ? [rules.outside[type], rules.model[type]] : [rules.model[type]]
  return limits.includes('deny') ? 'deny' : limits.find((limit) => limit !== undefined)
}

function judgeForeign(effect: Effect, isOwn: boolean | null): readonly Finding[] {
  if (effect.type !== 'issue.close' && effect.type !== 'pull.close') return []
  if (isOwn === true) return []
  return [
    ask(`#${effect.number} ${isOwn === null ? 'may not be' : 'is not'} one of Maniple's own.`),
  ]
}
