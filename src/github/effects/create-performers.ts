import type { EffectPerformers } from '../../contracts/index.ts'
import type { GitHubClient } from '../github-client.ts'
import { assignCopilot } from './assign-copilot.ts'
import { changeWorkflow, dispatchWorkflow, pushBranch } from './branch-effects.ts'
import {
  assignIssue,
  closeIssue,
  commentOnIssue,
  createIssue,
  keepDashboard,
  labelIssue,
  linkIssue,
} from './issue-effects.ts'
import type { MarkerSigner, PerformerParts } from './performer-parts.ts'
import {
  closePull,
  markPullReady,
  mergePull,
  openPull,
  reviewPull,
  updatePull,
} from './pull-effects.ts'
import { RepositoryFacts } from './repository-facts.ts'

/** Everything that Maniple can do on GitHub, once the gate has allowed it. */
export function createPerformers(client: GitHubClient, markers: MarkerSigner): EffectPerformers {
  const parts: PerformerParts = { client, markers, facts: new RepositoryFacts(client) }
  return {
    'issue.create': createIssue(parts),
    'issue.comment': commentOnIssue(parts),
    'issue.dashboard': keepDashboard(parts),
    'issue.label': labelIssue(parts),
    'issue.assign': assignIssue(parts),
    'copilot.assign': assignCopilot(parts),
    'issue.close': closeIssue(parts),
    'issue.link': linkIssue(parts),
    'branch.push': pushBranch(parts),
    'pull.open': openPull(parts),
    'pull.update': updatePull(parts),
    'pull.ready': markPullReady(parts),
    'pull.review': reviewPull(parts),
    'pull.merge': mergePull(parts),
    'pull.close': closePull(parts),
    'workflow.dispatch': dispatchWorkflow(parts),
    'workflow.change': changeWorkflow(parts),
  }
}
