import type { RunReport } from '../contracts/index.ts'
import type { ClosingReport } from './closing-report.ts'
import { safeText } from './terminal-text.ts'

/** Commands that a report suggests, ready to be pasted. */
export type NextCommands = {
  /** Reruns what did not succeed. */
  readonly retry: string
  /** False where `retry` holds placeholders, for the agent's command line is not known here. */
  readonly agentKnown: boolean
  /** Prints the run with its outputs as JSON. */
  readonly answers: string
}

type Combined = NonNullable<ClosingReport['combined']>

const mostBranches = 10

function afterConflicts({ branch, conflicts }: Combined): readonly string[] {
  const family = branch.replace(/combined$/, 'task/')
  const shown = conflicts.slice(0, mostBranches)
  const hidden = conflicts.length - shown.length
  return [
    'Branches that conflict were left out. Merge them by hand, in the repository:',
    `  git merge ${safeText(branch)}`,
    ...shown.map(({ task }) => `  git merge ${safeText(family + task)}`),
    ...(hidden > 0 ? [`  (+${hidden} more, see --json)`] : []),
    'Or change the plan: let one task depend on the other, or give them other files.',
  ]
}

function ofBranches(combined: Combined, check: ClosingReport['check']): readonly string[] {
  const branch = safeText(combined.branch)
  if (combined.conflicts.length > 0) return afterConflicts(combined)
  if (check?.passed === false)
    return [`Look at what the check judged: git switch --detach ${branch}`]
  return combined.merged.length === 0
    ? []
    : [`Take the combined work, in the repository: git merge ${branch}`]
}

function removal(branch: string): string {
  const pattern = safeText(branch.replace(/combined$/, '*'))
  const list = `git branch --list --format='%(refname:short)' '${pattern}'`
  return `Remove the run's branches: git branch -D $(${list})`
}

function rerun({ run }: RunReport, commands: NextCommands): readonly string[] {
  const { failed, skipped, cancelled } = run.counts
  if (failed + skipped + cancelled === 0) return []
  const known = commands.agentKnown
    ? []
    : ['  (no command line is stored: put yours for CMD, its repository for DIR)']
  return [`Rerun what did not succeed: ${commands.retry}`, ...known]
}

/**
 * What can be done with a run that has ended. The lines are whole, whatever the width: they are
 * there to be copied.
 */
export function nextSteps(
  report: RunReport,
  closing: ClosingReport | null,
  commands: NextCommands,
): readonly string[] {
  const { run } = report
  if (run.finishedAt === null) return []
  const combined = closing?.combined ?? null
  const branches =
    combined === null ? [] : [...ofBranches(combined, closing?.check), removal(combined.branch)]
  const hasAnswers = combined === null && run.agent === 'model' && run.counts.succeeded > 0
  const answers = hasAnswers
    ? [
        `Answers: ${commands.answers}`,
        `  or GET /api/v1/runs/${safeText(run.id)}/tasks from a server`,
      ]
    : []
  return [...answers, ...branches, ...rerun(report, commands)]
}
