import type { Outline } from './outline.ts'

const maxIdLength = 60

/** Lower-case letters, digits and single dashes, never one at an end; empty when nothing is left. */
function slug(text: string): string {
  return text
    .slice(0, 400)
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
}

/** Hands out ids that are unique among all it has handed out. */
export class IdRegister {
  readonly #taken = new Set<string>()
  readonly #nextNumber = new Map<string, number>()

  take(wanted: string): string {
    const base = trimmed(wanted, maxIdLength) || 'task'
    let id = base
    let number = this.#nextNumber.get(base) ?? 2
    while (this.#taken.has(id)) {
      const suffix = `-${number}`
      id = `${trimmed(base, maxIdLength - suffix.length)}${suffix}`
      number += 1
    }
    this.#nextNumber.set(base, number)
    this.#taken.add(id)
    return id
  }
}

/**
 * An id for each task, in the tasks' order. Ids of the input come first and keep their words; a made
 * id is the section's, then the task's own name: `backend-api-implementation`.
 */
export function assignIds(outline: Outline): readonly string[] {
  const register = new IdRegister()
  const given = outline.tasks.map((task) => {
    return task.givenId === null ? null : register.take(slug(task.givenId))
  })
  return outline.tasks.map((task, index) => {
    const known = given[index]
    if (known !== null && known !== undefined) return known
    const section = outline.sections[task.section]?.name ?? ''
    return register.take(madeId(section, task.ownName))
  })
}

function madeId(section: string, ownName: string | null): string {
  const prefix = slug(section)
  if (ownName === null) return prefix
  const own = slug(ownName) || 'task'
  // The end tells tasks of one section apart, so that the section's name gives way first.
  const room = Math.max(maxIdLength - own.length - 1, 15)
  return [trimmed(prefix, room), own].filter((part) => part !== '').join('-')
}

function trimmed(text: string, max: number): string {
  return text.slice(0, max).replace(/-+$/, '')
}
