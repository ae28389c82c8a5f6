import { ask, deny, type Finding, type Judge } from './findings.ts'
import { type Permission, permissions } from './gate-rules.ts'
import { matchesRepository } from './match-name.ts'

/** Whether this type of effect is open at all, there, and to the person behind it. */
export const judgeStanding: Judge = ({ effect, origin, facts, rules }) => {
  const { type, repository } = effect
  const rule = rules.effects[type]
  const findings: Finding[] = []
  if (facts.paused === true)
    findings.push(ask('Maniple is paused: nothing is performed until resume.'))
  if (facts.paused === null) findings.push(ask('Whether Maniple is paused is not known.'))
  if (!matchesRepository(repository, rules.repositories)) {
    findings.push(deny(`${repository} is not among the repositories that may be changed.`))
  }
  if (rule === undefined) return [...findings, deny(`${type} is not allowed by the configuration.`)]
  if (rule.verdict === 'deny') findings.push(deny(`${type} is denied by the configuration.`))
  if (rule.verdict === 'ask') findings.push(ask(`${type} needs a person's word.`))
  if (rule.repositories !== undefined && !matchesRepository(repository, rule.repositories)) {
    findings.push(deny(`${type} is not allowed in ${repository}.`))
  }
  if (facts.repository.isArchived === true) findings.push(deny(`${repository} is archived.`))
  if (facts.repository.isArchived === null) {
    findings.push(ask(`Whether ${repository} is archived is not known.`))
  }
  if (rule.permission !== undefined) {
    findings.push(...judgePermission(rule.permission, facts.permission, origin.user))
  }
  return findings
}

function judgePermission(
  least: Permission,
  permission: Permission | null,
  user: string | null,
): readonly Finding[] {
  if (least === 'none') return []
  if (user === null) return [ask(`It needs a person with the permission ${least} behind it.`)]
  if (permission === null) return [ask(`What ${user} may do in the repository is not known.`)]
  return permissions.indexOf(permission) >= permissions.indexOf(least)
    ? []
    : [deny(`${user} has the permission ${permission}; it needs ${least}.`)]
}

const type = 'of this type'

/** How many there have been, and how deep the chain is that led here. */
export const judgeCounts: Judge = ({ effect, origin, facts, rules }) => {
  const { counts } = facts
  const rule = rules.effects[effect.type] ?? { verdict: 'deny' }
  const caps = [
    { what: `effects ${type} in this run`, count: counts.run, cap: rule.perRun },
    { what: `effects ${type} this hour`, count: counts.hour, cap: rule.perHour },
    { what: `${effect.type}: open at once`, count: counts.open, cap: rule.open },
    { what: 'effects in this run', count: counts.runAll, cap: rules.caps.perRun },
    { what: 'effects this hour', count: counts.hourAll, cap: rules.caps.perHour },
    { what: 'effects of this root', count: counts.root, cap: rules.lineage.maxEffectsPerRoot },
  ]
  const findings: Finding[] = []
  for (const { what, count, cap } of caps) {
    if (cap === undefined || cap === null) continue
    if (count === null || !Number.isFinite(count)) {
      findings.push(ask(`How many there are is not known (${what}, at most ${cap}).`))
    } else if (!(count < cap)) {
      findings.push({
        verdict: rules.beyondCaps,
        reason: `${what}: ${count} of ${cap} are used up.`,
      })
    }
  }
  if (!(origin.depth <= rules.lineage.maxDepth)) {
    const limit = rules.lineage.maxDepth
    findings.push(
      deny(`It is ${origin.depth} steps from what began it; at most ${limit} are allowed.`),
    )
  }
  return findings
}
