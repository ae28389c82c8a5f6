import type { Actor, Token } from '../../state/actor.ts'
import type { Label, Repository } from '../../state/entities.ts'
import { refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'

/** Copilot is given work with the token of a person; others may not even see that it is there. */
export function mayAssignCopilot({ kind }: Token, { hasCopilot }: Repository): boolean {
  return hasCopilot && kind !== 'installation' && kind !== 'github_token'
}

/** Who can be assigned in the repository, by the caller. Copilot is no user and not among them. */
export function assignable({ repository }: Call): readonly Actor[] {
  const others = [...repository.collaborators.values()].filter(
    ({ permission }) => permission !== 'none',
  )
  return [...new Set([repository.owner, ...others.map(({ actor }) => actor)])].filter(
    ({ type }) => type === 'User',
  )
}

/** Null: nobody that the caller could assign here. */
export function assigneeNamed(call: Call, login: string): Actor | null {
  const { world, repository, token } = call
  const actor = world.state.actors.find(login)
  if (actor === undefined) return null
  if (actor === world.state.actors.copilot)
    return mayAssignCopilot(token, repository) ? actor : null
  return assignable(call).includes(actor) ? actor : null
}

/** Labels by name; what is not there yet is made, as GitHub does where labels are set on an issue. */
export function labelsNamed(call: Call, names: readonly string[]): readonly Label[] {
  const { repositories } = call.world.state
  return names.map((name) => {
    if (name.trim() === '')
      throw refuse.invalid({ resource: 'Label', code: 'invalid', field: 'name' })
    const there = repositories.label(call.repository, name)
    return there ?? repositories.createLabel(call.repository, { name }, call.by)
  })
}
