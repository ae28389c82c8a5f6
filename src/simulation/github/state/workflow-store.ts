import type { Actor, By } from './actor.ts'
import type { Actors } from './actors.ts'
import type { Checks } from './check-store.ts'
import type { Conclusion, Repository, Workflow, WorkflowRun } from './entities.ts'
import { Refusal } from './refusal.ts'
import type { StateCore } from './state-core.ts'

export type NewRun = {
  readonly workflow: Workflow
  readonly event: string
  readonly title: string
  readonly headBranch: string
  readonly headSha: string
  readonly inputs?: Readonly<Record<string, string>>
  /** Waits for a person: `POST …/runs/{id}/approve`. */
  readonly needsApproval?: boolean
}

export type WorkflowFile = {
  readonly path: string
  readonly name: string
  readonly triggers: readonly string[]
}

/** Workflows and their runs. What makes runs go on with time is `actions/run-workflows.ts`. */
export class Workflows {
  readonly #core: StateCore
  readonly #actors: Actors
  readonly #checks: Checks

  constructor(core: StateCore, parts: { readonly actors: Actors; readonly checks: Checks }) {
    this.#core = core
    this.#actors = parts.actors
    this.#checks = parts.checks
  }

  /** Brings the list in line with the files on the default branch; dynamic ones stay. */
  sync(repository: Repository, files: readonly WorkflowFile[]): void {
    for (const workflow of repository.workflows.values()) {
      const isFile = workflow.path.startsWith('.github/')
      if (isFile && !files.some(({ path }) => path === workflow.path)) workflow.state = 'deleted'
    }
    for (const file of files) this.ensure(repository, file)
  }

  /** The workflow of a path, made or brought up to date. */
  ensure(repository: Repository, { path, name, triggers }: WorkflowFile): Workflow {
    const now = this.#core.now()
    const there = [...repository.workflows.values()].find((workflow) => workflow.path === path)
    if (there !== undefined) {
      const state = there.state === 'deleted' ? 'active' : there.state
      return Object.assign(there, { name, triggers, state })
    }
    const id = this.#core.nextId()
    const workflow: Workflow = {
      ...{ id, nodeId: this.#core.nodeId('Workflow', id), repository, path, name, triggers },
      ...{ state: 'active', createdAt: now, updatedAt: now },
    }
    repository.workflows.set(id, workflow)
    return workflow
  }

  /** By id, or by the name of its file. */
  find(repository: Repository, idOrFile: string): Workflow | undefined {
    const byId = repository.workflows.get(Number(idOrFile))
    return (
      byId ??
      [...repository.workflows.values()].find(
        ({ path, state }) => state !== 'deleted' && path.split('/').at(-1) === idOrFile,
      )
    )
  }

  setState(workflow: Workflow, state: Workflow['state']): void {
    workflow.state = state
    workflow.updatedAt = this.#core.now()
  }

  start(repository: Repository, wanted: NewRun, by: By): WorkflowRun {
    const { workflow, event, title, headBranch, headSha } = wanted
    const id = this.#core.nextId()
    const now = this.#core.now()
    const number =
      1 + [...repository.runs.values()].filter((run) => run.workflow === workflow).length
    const suite = this.#checks.suiteFor(
      repository,
      { headSha, headBranch },
      this.#actors.actionsApp,
    )
    const run: WorkflowRun = {
      ...{ id, nodeId: this.#core.nodeId('WorkflowRun', id), repository, workflow, number, event },
      ...{ title, headBranch, headSha, actor: by.actor, inputs: wanted.inputs ?? {}, attempt: 1 },
      status: wanted.needsApproval === true ? 'action_required' : 'queued',
      conclusion: wanted.needsApproval === true ? 'action_required' : null,
      ...{ checkSuiteId: suite.id, createdAt: now, startedAt: now, updatedAt: now },
    }
    repository.runs.set(id, run)
    this.#core.emit(repository, by, { kind: 'run.requested', run })
    return run
  }

  /** Queued to in progress. A run that has ended, or waits for approval, stays as it is. */
  begin(run: WorkflowRun): void {
    if (run.status !== 'queued') return
    this.#set(run, 'in_progress', null)
    this.#core.emit(run.repository, this.#asActor(run.actor), { kind: 'run.in_progress', run })
  }

  complete(run: WorkflowRun, conclusion: Conclusion): void {
    if (run.status === 'completed') return
    this.#set(run, 'completed', conclusion)
    this.#core.emit(run.repository, this.#asActor(run.actor), { kind: 'run.completed', run })
  }

  approve(run: WorkflowRun): void {
    if (run.status !== 'action_required') {
      throw new Refusal(403, 'This run is not waiting for approval')
    }
    this.#set(run, 'queued', null)
    this.#core.emit(run.repository, this.#asActor(run.actor), { kind: 'run.requested', run })
  }

  cancel(run: WorkflowRun): void {
    if (run.status === 'completed') {
      throw new Refusal(409, 'Cannot cancel a workflow run that is completed.')
    }
    this.complete(run, 'cancelled')
  }

  /** Once more, as its next attempt. */
  rerun(run: WorkflowRun): void {
    if (run.status !== 'completed') {
      throw new Refusal(403, 'This workflow is already running')
    }
    run.attempt += 1
    this.#set(run, 'queued', null)
    run.startedAt = this.#core.now()
    this.#core.emit(run.repository, this.#asActor(run.actor), { kind: 'run.requested', run })
  }

  #set(run: WorkflowRun, status: WorkflowRun['status'], conclusion: Conclusion | null): void {
    Object.assign(run, { status, conclusion, updatedAt: this.#core.now() })
  }

  #asActor(actor: Actor): By {
    return { actor, app: null, token: null }
  }
}
