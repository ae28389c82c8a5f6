import type { Config } from '../../config/index.ts'
import { closedRules, type GateRules } from '../../policy/index.ts'

/** What workers on issues need, and no more: merging is for a person to allow. */
const workerEffects: GateRules['effects'] = {
  'issue.create': { verdict: 'allow' },
  'issue.comment': { verdict: 'allow' },
  'issue.dashboard': { verdict: 'allow' },
  'issue.label': { verdict: 'allow' },
  'issue.link': { verdict: 'allow' },
  'copilot.assign': { verdict: 'allow' },
  'branch.push': { verdict: 'allow' },
  'pull.open': { verdict: 'allow' },
  'pull.update': { verdict: 'allow' },
  'pull.ready': { verdict: 'allow' },
  'pull.merge': { verdict: 'allow' },
}

/** The rules of the gate, from the configuration. What that does not open stays closed. */
export function gateRules({ gate, github }: Pick<Config, 'gate' | 'github'>): GateRules {
  const { merge, branches, bases, unprotected } = gate
  const preset = gate.preset === 'workers' ? workerEffects : {}
  const { labels, text, lineage } = closedRules
  const trusted = {
    paths: merge.paths,
    authors: merge.authors,
    taskTypes: merge.taskTypes,
    needsApproval: merge.needsApproval,
  }
  return {
    ...closedRules,
    repositories: gate.repositories,
    effects: { ...preset, ...gate.effects },
    caps: { perRun: gate.perRun, perHour: gate.perHour },
    beyondCaps: gate.beyondCaps,
    branches: { prefixes: branches, bases },
    paths: { unprotected, protected: gate.protected },
    labels: {
      allowed: [...labels.allowed, ...gate.labels],
      triggers: [...new Set([...labels.triggers, github.label])],
    },
    workflows: gate.workflows,
    text: { ...text, hosts: gate.hosts, mentions: gate.mentions },
    lineage: { ...lineage, maxEffectsPerRoot: gate.perRoot },
    merge: {
      trusted: merge.auto ? trusted : null,
      allowWithoutChecks: merge.withoutChecks,
    },
  }
}
