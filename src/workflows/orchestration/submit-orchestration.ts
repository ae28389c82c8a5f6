import type { Caller, OrchestrationRequest, Run } from '../../contracts/index.ts'
import { recordAssignments } from '../../records/index.ts'
import { AppError, newId } from '../../shared/index.ts'
import { checkGraph } from '../../splitting/index.ts'
import { keepKeyApart } from '../keep-key-apart.ts'
import type { PilotAssignment } from '../pilot-service.ts'
import { guardRequest } from './guard-request.ts'
import { newRun } from './new-run.ts'
import type { OrchestrationParts } from './orchestration-parts.ts'
import { type Workload, withIds } from './workloads.ts'

type Submission = {
  readonly request: OrchestrationRequest
  readonly caller: Caller
  readonly idempotencyKey: string | undefined
}

/** Guards, routes and commits a run of workloads. */
export async function submitOrchestration(
  parts: OrchestrationParts,
  { request, caller, idempotencyKey }: Submission,
): Promise<{ readonly run: Run; readonly created: boolean }> {
  const { engine, audit } = parts
  guardRequest(parts, request, caller)
  const workloads = checkedWorkloads(parts, request)
  const id = newId()
  const rootId = await rootOf(parts, request, id)
  const pilot = await assignmentOf(parts, { request, caller, id })
  const arm = pilot === null ? null : { pilot: pilot.pilot, arm: pilot.arm }
  const { repository } = request
  const subject = { runId: id, rootId, repository, user: caller.user, pilot: arm }
  const made = await newRun(parts, { request, workloads, subject })
  const keyed = { user: caller.user, key: idempotencyKey, request }
  const { id: runId, created } = await keepKeyApart(keyed, (idempotency) =>
    engine.submit({ ...made, idempotency }, async (client) => {
      if (pilot === null) return
      const { pilot: name, arm: side, stage, unit } = pilot
      const about = { runId: id, pilot: name, arm: side, stage, unit }
      await recordAssignments(
        client,
        workloads.map((workload) => ({ ...about, task: workload.id })),
      )
    }),
  )
  if (created) {
    audit.record({
      event: 'GitHub_Models_Orchestration_Accepted',
      actor: caller.user,
      repository,
      action: 'OrchestratePipeline',
      result: 'SUCCESS',
      details: { Run: runId, Root: rootId, Workloads: workloads.length, Arm: pilot?.arm ?? null },
    })
  }
  return { run: await engine.run(runId), created }
}

function checkedWorkloads(
  { limits }: OrchestrationParts,
  { workloads }: OrchestrationRequest,
): readonly Workload[] {
  if (workloads.length > limits.maxTasks) {
    throw new AppError(
      'input_too_large',
      `${workloads.length} workloads are more than the ${limits.maxTasks} that limits.maxTasks allows`,
    )
  }
  const given = withIds(workloads)
  checkGraph(given)
  return given
}

/** The first run of the chain. Throws `input_invalid` for an unknown parent, `lineage_too_deep`. */
async function rootOf(
  { engine, guard }: OrchestrationParts,
  { parentRun }: OrchestrationRequest,
  id: string,
): Promise<string> {
  if (parentRun === undefined) return id
  const unknown = () =>
    new AppError('input_invalid', `parentRun: there is no run ${JSON.stringify(parentRun)}`)
  const parent = await engine.run(parentRun).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? unknown() : error
  })
  const { root, depth } = parent.lineage
  if (depth + 1 > guard.maxDepth) {
    throw new AppError(
      'lineage_too_deep',
      `run ${parentRun} is the ${depth}th after ${root}, and loop.maxDepth is ${guard.maxDepth}`,
    )
  }
  return root
}

async function assignmentOf(
  { pilot }: OrchestrationParts,
  given: { readonly request: OrchestrationRequest; readonly caller: Caller; readonly id: string },
): Promise<PilotAssignment | null> {
  const { pilotEnabled = true, pilotKey, repository } = given.request
  if (!pilotEnabled) return null
  const key = pilotKey === undefined ? given.id : `${repository.toLowerCase()} ${pilotKey}`
  return await pilot.assign({ repository, user: given.caller.user, key })
}
