import type { Actor, By, Permission } from './actor.ts'
import type { Hook, Label, NewRepository, Repository, Variable } from './entities.ts'
import { Refusal, refuse } from './refusal.ts'
import type { StateCore } from './state-core.ts'

/** GitHub gives each new repository these; the colours are its own. */
const firstLabels = [
  ['bug', 'd73a4a', "Something isn't working"],
  ['documentation', '0075ca', 'Improvements or additions to documentation'],
  ['enhancement', 'a2eeef', 'New feature or request'],
] as const

export type NewLabel = {
  readonly name: string
  readonly color?: string
  readonly description?: string | null
}
export type NewHook = Pick<Hook, 'config' | 'events' | 'isActive'>

/** Repositories with what hangs on them directly: labels, collaborators, variables, hooks. */
export class Repositories {
  readonly #core: StateCore
  readonly #byName = new Map<string, Repository>()
  readonly #byId = new Map<number, Repository>()

  constructor(core: StateCore) {
    this.#core = core
  }

  create(wanted: NewRepository): Repository {
    const fullName = `${wanted.owner.login}/${wanted.name}`
    if (this.#byName.has(fullName.toLowerCase())) {
      throw refuse.invalid('name already exists on this account')
    }
    const repository = this.#fresh(wanted, fullName)
    this.#byName.set(fullName.toLowerCase(), repository)
    this.#byId.set(repository.id, repository)
    this.#core.register(repository.nodeId, { type: 'Repository', value: repository })
    for (const [name, color, description] of firstLabels) {
      this.#keepLabel(repository, { name, color, description })
    }
    return repository
  }

  #fresh(wanted: NewRepository, fullName: string): Repository {
    const id = this.#core.nextId()
    const now = this.#core.now()
    return {
      ...{ id, nodeId: this.#core.nodeId('Repository', id), fullName },
      ...{ owner: wanted.owner, name: wanted.name, path: wanted.path },
      isPrivate: wanted.isPrivate ?? false,
      description: wanted.description ?? null,
      defaultBranch: wanted.defaultBranch ?? 'main',
      ...{ isArchived: false, hasIssues: true, allowAutoMerge: true, deleteBranchOnMerge: false },
      requiredChecks: wanted.requiredChecks ?? [],
      requiredApprovals: wanted.requiredApprovals ?? 0,
      approveCopilotRuns: wanted.approveCopilotRuns ?? true,
      hasCopilot: wanted.hasCopilot ?? true,
      ...{ collaborators: new Map(), labels: new Map(), issues: new Map() },
      ...{ checkSuites: [], checkRuns: [], statuses: [] },
      ...{ workflows: new Map(), runs: new Map(), variables: new Map(), hooks: new Map() },
      ...{ lastNumber: 0, createdAt: now, updatedAt: now, pushedAt: now },
    }
  }

  find(owner: string, name: string): Repository | undefined {
    return this.#byName.get(`${owner}/${name}`.toLowerCase())
  }

  byId(id: number): Repository | undefined {
    return this.#byId.get(id)
  }

  all(): readonly Repository[] {
    return [...this.#byId.values()]
  }

  grant(repository: Repository, actor: Actor, permission: Permission): void {
    repository.collaborators.set(actor.id, { actor, permission })
  }

  createLabel(repository: Repository, label: NewLabel, by: By): Label {
    if (label.name.trim() === '' || label.name.length > 50) {
      const message = 'name is too long (maximum is 50 characters)'
      throw refuse.invalid({ resource: 'Label', code: 'custom', field: 'name', message })
    }
    if (repository.labels.has(label.name.toLowerCase())) {
      throw refuse.invalid({ resource: 'Label', code: 'already_exists', field: 'name' })
    }
    const created = this.#keepLabel(repository, label)
    this.#core.emit(repository, by, { kind: 'label.created', label: created })
    return created
  }

  /** Members that are undefined stay. */
  editLabel(
    label: Label,
    edit: {
      readonly name?: string | undefined
      readonly color?: string | undefined
      readonly description?: string | null | undefined
    },
  ): void {
    const { repository } = label
    const name = edit.name ?? label.name
    const other = repository.labels.get(name.toLowerCase())
    if (other !== undefined && other !== label) {
      throw refuse.invalid({ resource: 'Label', code: 'already_exists', field: 'name' })
    }
    repository.labels.delete(label.name.toLowerCase())
    label.name = name
    label.color = edit.color ?? label.color
    label.description = edit.description === undefined ? label.description : edit.description
    repository.labels.set(name.toLowerCase(), label)
  }

  label(repository: Repository, name: string): Label | undefined {
    return repository.labels.get(name.toLowerCase())
  }

  #keepLabel(repository: Repository, { name, color, description }: NewLabel): Label {
    const id = this.#core.nextId()
    const label: Label = {
      ...{ id, nodeId: this.#core.nodeId('Label', id), repository, name },
      color: color ?? 'ededed',
      description: description ?? null,
      createdAt: this.#core.now(),
    }
    repository.labels.set(name.toLowerCase(), label)
    this.#core.register(label.nodeId, { type: 'Label', value: label })
    return label
  }

  /** Creates it; `already_exists` as GitHub's 409. */
  createVariable(repository: Repository, name: string, value: string): Variable {
    const key = name.toUpperCase()
    if (repository.variables.has(key))
      throw new Refusal(409, 'Already exists - Variable already exists')
    const now = this.#core.now()
    const variable: Variable = { name: key, value, createdAt: now, updatedAt: now }
    repository.variables.set(key, variable)
    return variable
  }

  setVariable(
    repository: Repository,
    name: string,
    { value, by }: { value: string; by: By },
  ): void {
    const variable = repository.variables.get(name.toUpperCase())
    if (variable === undefined) throw refuse.notFound()
    variable.value = value
    variable.updatedAt = this.#core.now()
    this.#core.emit(repository, by, { kind: 'variable.changed', variable })
  }

  createHook(repository: Repository, wanted: NewHook): Hook {
    const same = [...repository.hooks.values()].some(
      ({ config, events }) =>
        config.url === wanted.config.url && wanted.events.every((event) => events.includes(event)),
    )
    if (same) {
      const message = 'Hook already exists on this repository'
      throw refuse.invalid({ resource: 'Hook', code: 'custom', message })
    }
    if (repository.hooks.size >= 20) {
      throw refuse.invalid({ resource: 'Hook', code: 'custom', message: 'Hook limit reached' })
    }
    const now = this.#core.now()
    const hook: Hook = {
      ...{ id: this.#core.nextId(), repository, ...wanted, createdAt: now, updatedAt: now },
    }
    repository.hooks.set(hook.id, hook)
    return hook
  }

  dispatch(
    repository: Repository,
    event: { readonly eventType: string; readonly payload: Readonly<Record<string, unknown>> },
    by: By,
  ): void {
    this.#core.emit(repository, by, { kind: 'repository_dispatch', ...event })
  }

  /** Of one branch or tag, after git has it. Pull requests follow through `Pulls`. */
  pushed(repository: Repository, push: Push, by: By): void {
    repository.pushedAt = this.#core.now()
    this.#core.emit(repository, by, { kind: 'push', ...push })
  }
}

export type Push = {
  readonly ref: string
  readonly before: string
  readonly after: string
  readonly isForced: boolean
}
