import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Agent, AgentContext, AgentTask, TaskRouting } from '../contracts/index.ts'
import type { ClaimedTask, Engine, Perform, PerformContext, Performed } from '../engine/index.ts'
import { findCachedResult, keepCachedResult } from '../records/index.ts'
import { AppError, type JsonObject } from '../shared/index.ts'
import { createContextReader, type ReadContext, withContext } from './shared-context.ts'
import { TaskPayload } from './task-payload.ts'

export type PerformerParts = {
  readonly engine: Pick<Engine, 'input' | 'results'>
  readonly pool: Pool
  readonly agents: ReadonlyMap<string, Agent>
}

type Performing = PerformerParts & { readonly readContext: ReadContext }

/** Performs what the engine claims: finds the agent, gives it its dependencies' results, keeps to the cache. */
export function createPerformer(given: PerformerParts): Perform {
  const parts = { ...given, readContext: createContextReader(given.engine) }
  return async (claimed, context) => {
    const agent = parts.agents.get(claimed.agent)
    if (agent === undefined) {
      throw new AppError('agent_unknown', `this worker has no agent called "${claimed.agent}"`)
    }
    return claimed.isClosing
      ? await closeRun(parts, { agent, claimed, context })
      : await performTask(parts, { agent, claimed, context })
  }
}

type Assignment = {
  readonly agent: Agent
  readonly claimed: ClaimedTask
  readonly context: PerformContext
}

async function performTask(parts: Performing, assignment: Assignment): Promise<Performed> {
  const { agent, claimed } = assignment
  const context = agentContext(assignment)
  const payload = TaskPayload.parse(claimed.payload)
  const task = await agentTask(parts, claimed, payload)
  const key = payload.cache ? await cacheKey(agent, task) : null
  const reused = key === null ? null : await reuseCached(parts, key, { agent, task, context })
  if (reused !== null) return reused
  const result = await agent.perform(task, context)
  if (result === null) return { kind: 'postponed' }
  if ('parked' in result) {
    return { kind: 'parked', reason: result.parked, deadlineMs: result.deadlineMs }
  }
  const { output, cost, simulated } = result
  // The key says which model was to answer; from another one it would be passed off as that model's.
  const isKept = key !== null && output.fallback !== true
  if (isKept) await keepCachedResult(parts.pool, key, { output, simulated })
  return { kind: 'succeeded', output, cost, simulated, cached: false }
}

function agentContext({ claimed, context }: Assignment): AgentContext {
  const { signal, stillOurs, takeWay, keep } = context
  return { signal, stillOurs, gateway: { choice: claimed.choice, takeWay, keep } }
}

async function agentTask(
  parts: Performing,
  claimed: ClaimedTask,
  payload: TaskPayload,
): Promise<AgentTask> {
  const { runId, key, title, type, attempt, dependsOn } = claimed
  const results = dependsOn.length > 0 ? await parts.engine.results(runId, dependsOn) : []
  const dependencies = results
    .map((result) => ({ taskId: result.key, output: result.output ?? {} }))
    .sort((a, b) => (a.taskId < b.taskId ? -1 : 1))
  const { runTitle, hasContext } = payload
  const context = hasContext ? await parts.readContext(runId) : ''
  const instructions = withContext(payload.instructions, context)
  const routing = routingOf(claimed, payload)
  return { runId, runTitle, taskId: key, title, type, attempt, instructions, dependencies, routing }
}

function routingOf(claimed: ClaimedTask, { routed }: TaskPayload): TaskRouting | null {
  if (routed === null) return null
  const { runId, key: task, attempt, retries } = claimed
  const { order, isStructured, decision: _, ...about } = routed
  return { subject: { ...about, runId, task, attempt }, order, retries, isStructured }
}

async function cacheKey(agent: Agent, task: AgentTask): Promise<string | null> {
  const fingerprint = await agent.fingerprint(task)
  if (fingerprint === null) return null
  const facts = [agent.name, fingerprint, task.type, task.title, task.instructions]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

async function reuseCached(
  parts: PerformerParts,
  key: string,
  work: { readonly agent: Agent; readonly task: AgentTask; readonly context: AgentContext },
): Promise<Performed | null> {
  const cached = await findCachedResult(parts.pool, key)
  if (cached === null) return null
  const output = await work.agent.reuse(work.task, cached.output, work.context)
  if (output === null) return null
  return { kind: 'succeeded', output, cost: {}, simulated: cached.simulated, cached: true }
}

async function closeRun(parts: PerformerParts, assignment: Assignment): Promise<Performed> {
  const { agent, claimed } = assignment
  if (agent.close === undefined) {
    throw new AppError('internal', `agent "${agent.name}" has nothing to close a run with`)
  }
  const results = await parts.engine.results(claimed.runId, null)
  const tasks = results.map(({ key, ...result }) => ({ ...result, taskId: key }))
  const { runTitle } = TaskPayload.parse(claimed.payload)
  const { runId, attempt } = claimed
  const { ok, report } = await agent.close(
    { runId, runTitle, attempt, tasks },
    agentContext(assignment),
  )
  const output: JsonObject = { ok, report }
  return { kind: 'succeeded', output, cost: {}, simulated: false, cached: false }
}
