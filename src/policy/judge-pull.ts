import type { Effect } from '../contracts/index.ts'
import { ask, type Case, deny, type Finding, type Judge } from './findings.ts'
import type { PullFacts } from './gate-facts.ts'
import { judgePath } from './judge-path.ts'
import { matchesName, matchesPath } from './match-name.ts'

type PullEffect = Extract<Effect, { type: 'pull.merge' | 'pull.review' | 'pull.update' }>

/** What a pull request's own state says to reviewing, updating and merging it. */
export const judgePull: Judge = (given) => {
  const { effect, facts } = given
  switch (effect.type) {
    case 'pull.merge':
    case 'pull.review':
    case 'pull.update':
      break
    case 'pull.ready':
      return facts.pull === null ? [ask(`The state of #${effect.number} is not known.`)] : []
    default:
      return []
  }
  if (facts.pull === null) return [ask(`The state of #${effect.number} is not known.`)]
  return [
    ...judgeHead(effect, facts.pull),
    ...(effect.type === 'pull.merge' ? judgeMerge(given, facts.pull) : []),
    ...(effect.type === 'pull.review' ? judgeReview(effect, facts.pull) : []),
  ]
}

function judgeHead(effect: PullEffect, pull: PullFacts): readonly Finding[] {
  if (effect.sha === pull.headSha) return []
  const now = pull.headSha.slice(0, 12)
  return [
    deny(`#${effect.number} has moved on to ${now}; it was decided on ${effect.sha.slice(0, 12)}.`),
  ]
}

function judgeReview(
  effect: Extract<Effect, { type: 'pull.review' }>,
  pull: PullFacts,
): readonly Finding[] {
  if (effect.event !== 'approve' || pull.isOwn === false) return []
  return pull.isOwn === true
    ? [deny(`#${effect.number} is Maniple's own work; it does not approve that itself.`)]
    : [ask(`Whether #${effect.number} is Maniple's own work is not known.`)]
}

const checkFindings: { readonly [State in PullFacts['checks']]: Finding | null } = {
  success: null,
  failure: deny('Checks have failed.'),
  pending: ask('Checks are still running.'),
  none: ask('No check ran on it.'),
  unknown: ask('The state of its checks could not be read.'),
}
const reviewFindings: { readonly [State in PullFacts['review']]: Finding | null } = {
  approved: null,
  none: null,
  changes_requested: deny('A review requested changes.'),
  review_required: ask('A review is required.'),
}
const mergeableFindings: { readonly [State in PullFacts['mergeable']]: Finding | null } = {
  mergeable: null,
  conflicting: deny('It conflicts with its base.'),
  unknown: ask('Whether it can be merged is not known yet.'),
}

function judgeMerge(given: Case, pull: PullFacts): readonly Finding[] {
  const { facts, rules } = given
  const isCheckFree = pull.checks === 'none' && rules.merge.allowWithoutChecks
  const findings = [
    isCheckFree ? null : checkFindings[pull.checks],
    reviewFindings[pull.review],
    mergeableFindings[pull.mergeable],
    pull.isDraft ? deny('It is a draft.') : null,
  ].filter((finding) => finding !== null)
  const { defaultBranch } = facts.repository
  if (defaultBranch === null) findings.push(ask('The default branch is not known.'))
  else if (pull.base !== defaultBranch && !rules.branches.bases.includes(pull.base)) {
    findings.push(ask(`It goes into ${JSON.stringify(pull.base.slice(0, 100))}.`))
  }
  return [...findings, ...judgeTrust(given, pull)]
}

/** Whether it may be merged without a person: by its author, its files and its kind of task. */
function judgeTrust({ facts, rules }: Case, pull: PullFacts): readonly Finding[] {
  const { trusted } = rules.merge
  if (trusted === null) return [ask('No merge is trusted: `merge.trusted` is not set.')]
  const findings: Finding[] = []
  const author = pull.author?.login ?? null
  if (author === null || !trusted.authors.some((one) => matchesName(author, [one]))) {
    findings.push(ask(`Its author (${author ?? 'unknown'}) is not trusted to be merged.`))
  }
  const { taskType } = facts
  const isAnyTask = trusted.taskTypes.includes('*')
  if (!isAnyTask && (taskType === null || !trusted.taskTypes.includes(taskType))) {
    findings.push(ask(`Tasks of the type ${taskType ?? 'unknown'} are not trusted to be merged.`))
  }
  if (trusted.needsApproval && pull.review !== 'approved') findings.push(ask('Nobody approved it.'))
  if (pull.files === null) return [...findings, ask('The files it changes are not all known.')]
  const strange = pull.files.filter(
    (path) => judgePath(path, rules.paths).length > 0 || !matchesPath(path, trusted.paths),
  )
  if (strange.length > 0) {
    const names = strange.slice(0, 5).map((path) => JSON.stringify(path.slice(0, 100)))
    findings.push(ask(`Files outside the trusted paths: ${names.join(', ')}.`))
  }
  return findings
}
