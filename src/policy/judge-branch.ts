import { ask, deny, type Finding } from './findings.ts'
import type { BranchRules } from './gate-rules.ts'
import { plainName } from './judge-path.ts'

/** What git, a shell or an API could take for something else than a branch's name. */
function findTrick(branch: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(branch)) return 'holds blanks or characters that are not plain ASCII'
  if (/[~^:?*[\]\\`$;&|<>(){}'"!#%,]|\.\.|@\{|\/\/|\/\.|\.\/|\.lock(?:\/|$)/.test(branch)) {
    return 'holds what a branch may not hold'
  }
  if (/^[-/.+]|[/.]$/.test(branch)) return 'begins or ends with a sign'
  if (/^(?:refs\/|heads\/|remotes\/|origin\/|head$|@$)/i.test(branch))
    return 'names another kind of ref'
  if (/^[0-9a-f]{40}$/i.test(branch)) return 'looks like a commit'
  return null
}

const isSame = (one: string, other: string) => plainName(one) === plainName(other)

/** Whether a branch may be written: under an allowed prefix, and never the default one. */
export function judgeWrittenBranch(
  branch: string,
  defaultBranch: string | null,
  rules: BranchRules,
): readonly Finding[] {
  const name = JSON.stringify(branch.slice(0, 100))
  const trick = findTrick(branch)
  if (trick !== null) return [deny(`The branch ${name} ${trick}.`)]
  if (defaultBranch !== null && isSame(branch, defaultBranch)) {
    return [deny(`${name} is the default branch, which is never written directly.`)]
  }
  // With something after it, and in exactly this spelling.
  if (
    !rules.prefixes.some((prefix) => branch.startsWith(prefix) && branch.length > prefix.length)
  ) {
    return [
      deny(`The branch ${name} is under none of ${rules.prefixes.join(', ') || 'no prefix'}.`),
    ]
  }
  return defaultBranch === null ? [ask('The default branch of the repository is not known.')] : []
}

/** Whether a pull request may go into a branch, or a workflow run on it. */
export function judgeBase(
  branch: string,
  defaultBranch: string | null,
  rules: BranchRules,
): readonly Finding[] {
  const name = JSON.stringify(branch.slice(0, 100))
  const trick = findTrick(branch)
  if (trick !== null) return [deny(`The branch ${name} ${trick}.`)]
  if (rules.bases.includes(branch) || branch === defaultBranch) return []
  if (defaultBranch === null) return [ask('The default branch of the repository is not known.')]
  return [ask(`${name} is neither the default branch nor among \`branches.bases\`.`)]
}
