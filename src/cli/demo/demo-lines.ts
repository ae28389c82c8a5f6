import type { Happened } from '../../simulation/index.ts'
import { safeText } from '../terminal-text.ts'
import { trigger } from './demo-stage.ts'

const ownBranches = 'refs/heads/maniple/'

/** What a person would want to see of a change on the simulated GitHub; null: nothing. */
export function demoLine(happened: Happened): string | null {
  const { by } = happened
  switch (happened.kind) {
    case 'issue.opened': {
      const { issue } = happened
      // Maniple's own are told of when they get their parent.
      return by.actor.login === 'maniple-bot'
        ? null
        : safeText(`${by.actor.login} opens issue #${issue.number}: ${issue.title}`)
    }
    case 'issue.labeled': {
      const { issue, label } = happened
      return label.name === trigger
        ? safeText(`${by.actor.login} labels #${issue.number} ${label.name}`)
        : null
    }
    case 'sub_issue.added': {
      const { subIssue, parent } = happened
      return safeText(`sub-issue #${subIssue.number} of #${parent.number}: ${subIssue.title}`)
    }
    case 'push':
      return isNewBranch(happened)
        ? safeText(`branch ${happened.ref.slice('refs/heads/'.length)}`)
        : null
    case 'pull.opened': {
      const { number, title } = happened.issue
      return safeText(`pull request #${number} opened: ${title}`)
    }
    case 'pull.closed':
      return `pull request #${happened.issue.number} ${happened.isMerged ? 'merged' : 'closed'}`
    case 'issue.closed':
      return happened.issue.pull === null ? `issue #${happened.issue.number} closed` : null
    case 'comment.created':
    case 'comment.edited': {
      const { issue, body } = happened.comment
      const progress = /^\*\*(.+?)\*\*/m.exec(body)?.[1] ?? 'written'
      return safeText(`dashboard on #${issue.number}: ${progress}`)
    }
    default:
      return null
  }
}

/** A branch of Maniple's that was not there before. */
export function isNewBranch(happened: Happened): boolean {
  if (happened.kind !== 'push' || !happened.ref.startsWith(ownBranches)) return false
  return /^0+$/.test(happened.before)
}
