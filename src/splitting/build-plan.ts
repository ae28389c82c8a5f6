import { Complexity, Priority, type SplitPlan, type SplitTask } from '../contracts/index.ts'
import { oneLine } from './clean-text.ts'
import { groupTasks } from './group-tasks.ts'
import { listSome, thousands } from './input-error.ts'
import { type Level, levelRange } from './level-range.ts'
import { linkDependencies } from './link-dependencies.ts'
import type { DraftTask, Outline } from './outline.ts'
import { assignIds, IdRegister } from './task-ids.ts'
import { writeInstructions } from './write-instructions.ts'

/** Gives ids, resolves dependencies, groups to the level and writes the tasks out. */
export function buildPlan(outline: Outline, level: Level | undefined): SplitPlan {
  const range = level === undefined ? null : levelRange(level)
  const ids = assignIds(outline)
  const dependsOn = linkDependencies(outline, ids)
  const most = range?.most ?? outline.tasks.length
  const groups = groupTasks(outline.tasks, dependsOn, most)
  const tasks = writeTasks({ outline, ids, dependsOn, groups })
  const notes = [...outline.notes]
  const count = outline.tasks.length
  if (tasks.length < count) {
    notes.push(
      `${thousands(count)} tasks were grouped into ${thousands(tasks.length)} to keep the width within ${levelText(level)}.`,
    )
  }
  if (range !== null && count < range.least) {
    notes.push(
      `The input holds ${thousands(count)} ${count === 1 ? 'task' : 'tasks'}, fewer than ${levelText(level)} asks for; no work was invented.`,
    )
  }
  notes.push(...estimateNotes(tasks))
  return { title: outline.title, tasks, workerTemplate: outline.workerTemplate, notes }
}

function levelText(level: Level | undefined): string {
  if (level === undefined || typeof level === 'number') return `the level ${level}`
  const { least, most } = levelRange(level)
  return `the level ${level} (${least}–${most})`
}

type Parts = {
  readonly outline: Outline
  readonly ids: readonly string[]
  readonly dependsOn: readonly (readonly number[])[]
  readonly groups: readonly (readonly number[])[]
}

function writeTasks({ outline, ids, dependsOn, groups }: Parts): SplitTask[] {
  const groupIds = idsOfGroups(ids, groups)
  const groupOf = new Int32Array(ids.length)
  for (const [group, members] of groups.entries()) {
    for (const member of members) groupOf[member] = group
  }
  return groups.map((members, group) => {
    const drafts = members.flatMap((member) => outline.tasks[member] ?? [])
    const before = new Set(
      members.flatMap((member) => dependsOn[member] ?? []).map((edge) => groupOf[edge] ?? 0),
    )
    before.delete(group)
    const edges = [...before].toSorted((one, other) => one - other)
    return {
      id: groupIds[group] ?? '',
      title: titleOf(drafts),
      type: commonest(drafts.map((task) => task.type)),
      workerType: commonest(drafts.map((task) => task.workerType)),
      priority: first(
        Priority.options,
        drafts.map((task) => task.priority),
      ),
      complexity: first(
        Complexity.options.toReversed(),
        drafts.map((task) => task.complexity),
      ),
      dependsOn: edges.flatMap((edge) => groupIds[edge] ?? []),
      instructions: writeInstructions(outline, drafts),
      estimateMinutes: round(drafts.reduce((sum, task) => sum + task.estimateMinutes, 0)),
    }
  })
}

/** A group is known by its first member and the number of the others. */
function idsOfGroups(ids: readonly string[], groups: readonly (readonly number[])[]): string[] {
  const register = new IdRegister()
  const single = groups.map((members) =>
    members.length === 1 ? register.take(ids[members[0] ?? 0] ?? '') : null,
  )
  return groups.map((members, group) => {
    const suffix = `-and-${members.length - 1}-more`
    const base = (ids[members[0] ?? 0] ?? '').slice(0, 60 - suffix.length).replace(/-+$/, '')
    return single[group] ?? register.take(`${base}${suffix}`)
  })
}

function titleOf(drafts: readonly DraftTask[]): string {
  const [one, ...others] = drafts
  if (one === undefined || others.length === 0) return one?.title ?? ''
  const sameComponent =
    one.component !== null &&
    one.step !== 'task' &&
    others.every((task) => task.component === one.component && task.section === one.section)
  const text = sameComponent
    ? `${oneLine(one.component ?? '', 120)}: ${drafts.map((task) => task.step).join(', ')}`
    : `${drafts.length} tasks: ${drafts
        .slice(0, 20)
        .map((task) => task.title)
        .join('; ')}`
  return oneLine(text, 200)
}

function commonest<T extends string>(values: readonly [T, ...T[]] | readonly T[]): T {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const ranked = [...counts].toSorted(([, one], [, other]) => other - one)
  const best = ranked[0]
  if (best === undefined) throw new RangeError('A group has at least one task')
  return best[0]
}

/** The first of the ranked values that occurs. */
function first<T extends string>(ranked: readonly T[], values: readonly T[]): T {
  const best = ranked.find((value) => values.includes(value))
  if (best === undefined) throw new RangeError('A group has at least one task')
  return best
}

function round(minutes: number): number {
  return Math.round(minutes * 100) / 100
}

function estimateNotes(tasks: readonly SplitTask[]): string[] {
  const outside = tasks.filter(({ estimateMinutes: minutes }) => minutes < 2 || minutes > 10)
  if (outside.length === 0) return []
  const listed = listSome(outside.map((task) => `${task.id} (${task.estimateMinutes})`))
  return [
    `${thousands(outside.length)} of ${thousands(tasks.length)} tasks are estimated outside the good 2–10 minutes: ${listed}.`,
  ]
}
