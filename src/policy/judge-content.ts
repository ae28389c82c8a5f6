import type { Effect } from '../contracts/index.ts'
import { ask, type Case, deny, type Finding, type Judge } from './findings.ts'
import type { LabelRules } from './gate-rules.ts'
import { judgeBase, judgeWrittenBranch } from './judge-branch.ts'
import { judgePaths } from './judge-path.ts'
import { matchesName } from './match-name.ts'
import { findSecrets, holdsKnownSecret } from './redact-secrets.ts'
import { hasHiddenCharacters, removeHiddenCharacters } from './text/hidden-characters.ts'

/** What an effect would write: where, under which names, with what in it. */
export const judgeContent: Judge = (given) => {
  const { effect, facts, rules } = given
  const { defaultBranch } = facts.repository
  switch (effect.type) {
    case 'issue.create':
      return judgeLabels(effect.labels, rules.labels)
    case 'issue.label':
      return judgeLabels([...effect.add, ...effect.remove], rules.labels)
    case 'issue.assign':
      return judgeAssignees(effect.assignees)
    case 'copilot.assign':
      return effect.baseRef === null ? [] : judgeBaseOrOwn(effect.baseRef, given)
    case 'branch.push':
      return judgePush(effect, given)
    case 'workflow.change':
      return judgeWorkflowChange(effect, given)
    case 'pull.open':
      return [
        ...judgeWrittenBranch(effect.head, defaultBranch, rules.branches),
        ...judgeBase(effect.base, defaultBranch, rules.branches),
      ]
    case 'workflow.dispatch':
      return judgeDispatch(effect, given)
    case 'issue.link':
      return effect.target === effect.number ? [deny('An issue cannot be linked to itself.')] : []
    default:
      return []
  }
}

/** How careless readers take a label's name: without case, hidden characters and separators. */
const plainLabel = (label: string) =>
  removeHiddenCharacters(label.normalize('NFKC'))
    .toLowerCase()
    .replace(/[\s_\p{Pd}]+/gu, '-')
    .replace(/^-|-$/g, '')

function judgeLabels(labels: readonly string[], rules: LabelRules): readonly Finding[] {
  const triggers = rules.triggers.map(plainLabel)
  return labels.flatMap((label) => {
    const name = JSON.stringify(label)
    if (triggers.includes(plainLabel(label))) {
      return [deny(`The label ${name} starts runs; Maniple never sets or removes it itself.`)]
    }
    if (hasHiddenCharacters(label) || /[\p{Cc}]/u.test(label) || label.trim() !== label) {
      return [deny(`The label ${name} holds characters that do not show.`)]
    }
    return matchesName(label, rules.allowed)
      ? []
      : [ask(`The label ${name} is not among \`labels.allowed\`.`)]
  })
}

function judgeAssignees(assignees: readonly string[]): readonly Finding[] {
  return assignees.flatMap((login) => {
    const name = JSON.stringify(login)
    if (!/^[a-z0-9][a-z0-9-]{0,38}$/i.test(login))
      return [deny(`${name} is not the name of a person.`)]
    return /^copilot(?:-|$)/i.test(login)
      ? [deny(`${name} is an agent: it is assigned by copilot.assign, which has rules of its own.`)]
      : []
  })
}

function judgeBaseOrOwn(branch: string, { facts, rules }: Case): readonly Finding[] {
  const { defaultBranch } = facts.repository
  const asOwn = judgeWrittenBranch(branch, defaultBranch, rules.branches)
  return asOwn.length === 0 ? [] : judgeBase(branch, defaultBranch, rules.branches)
}

function judgePush(
  effect: Extract<Effect, { type: 'branch.push' }>,
  { facts, rules }: Case,
): readonly Finding[] {
  return [
    ...judgeWrittenBranch(effect.branch, facts.repository.defaultBranch, rules.branches),
    ...judgePaths(
      effect.files.map((file) => file.path),
      rules.paths,
    ),
    ...effect.files.flatMap(({ path, content }) => judgeFile(path, content ?? '', facts.secrets)),
  ].slice(0, 30)
}

// Turning the reading direction makes code say another thing than it does.
const turning = /[\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u

/** Files are written as they are or not at all: an edited file would be a broken one. */
function judgeFile(path: string, content: string, secrets: readonly string[]): readonly Finding[] {
  const name = JSON.stringify(path.slice(0, 100))
  if (holdsKnownSecret(content, secrets))
    return [deny(`${name} holds one of Maniple's own secrets.`)]
  const findings: Finding[] = []
  if (findSecrets(content, []).length > 0)
    findings.push(ask(`${name} holds what looks like a secret.`))
  if (turning.test(content)) findings.push(ask(`${name} holds characters that hide what it says.`))
  return findings
}

function judgeWorkflowChange(
  effect: Extract<Effect, { type: 'workflow.change' }>,
  { facts, rules }: Case,
): readonly Finding[] {
  const name = JSON.stringify(effect.path.slice(0, 100))
  // Its own type has its own rule, so here, and only here, the folder is open.
  const isWorkflow = /^\.github\/workflows\/[\w-][\w.-]*\.ya?ml$/.test(effect.path)
  const paths = { ...rules.paths, unprotected: [...rules.paths.unprotected, effect.path] }
  return [
    ...judgeWrittenBranch(effect.branch, facts.repository.defaultBranch, rules.branches),
    ...(isWorkflow ? [] : [deny(`${name} is not a workflow file in .github/workflows.`)]),
    ...judgePaths([effect.path], paths),
    ...judgeFile(effect.path, effect.content, facts.secrets),
  ]
}

function judgeDispatch(
  effect: Extract<Effect, { type: 'workflow.dispatch' }>,
  { facts, rules }: Case,
): readonly Finding[] {
  const findings = [...judgeBase(effect.ref, facts.repository.defaultBranch, rules.branches)]
  if (!rules.workflows.includes(effect.workflow)) {
    findings.push(deny(`${JSON.stringify(effect.workflow)} is not among \`workflows\`.`))
  }
  for (const [name, value] of Object.entries(effect.inputs)) {
    const shown = JSON.stringify(name)
    if (!/^[\w-]{1,100}$/.test(name)) findings.push(deny(`${shown} is not the name of an input.`))
    if (holdsKnownSecret(value, facts.secrets)) {
      findings.push(deny(`The input ${shown} holds one of Maniple's own secrets.`))
    } else if (findSecrets(value, []).length > 0) {
      findings.push(ask(`The input ${shown} holds what looks like a secret.`))
    }
  }
  return findings.slice(0, 30)
}
