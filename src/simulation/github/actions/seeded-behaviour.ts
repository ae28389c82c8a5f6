import { seededDraw } from '../../model-provider/seeded-draw.ts'
import type { WorkflowRun } from '../state/entities.ts'
import { plainBehaviour, type WorkflowBehaviour } from './run-workflows.ts'

/**
 * As `plainBehaviour`, but a share of runs fails whatever the commit holds. A branch's nth run of a
 * workflow ends alike in every simulation with the seed; the next push gets a fresh chance.
 */
export const seededBehaviour =
  ({ seed, fails }: { readonly seed: number; readonly fails: number }): WorkflowBehaviour =>
  async (run, git) => {
    const plain = await plainBehaviour(run, git)
    const { repository, workflow, headBranch } = run
    const key = [repository.fullName, workflow.path, headBranch, String(turnOf(run))]
    const isUnlucky = seededDraw(seed, 'workflow run', ...key) < fails
    return isUnlucky ? { ...plain, conclusion: 'failure' } : plain
  }

/** Commits' names hold their times: the how manyth run it is does not. */
function turnOf(run: WorkflowRun): number {
  const earlier = [...run.repository.runs.values()].filter(
    ({ workflow, headBranch, number }) =>
      workflow === run.workflow && headBranch === run.headBranch && number < run.number,
  )
  return earlier.length + run.attempt
}
