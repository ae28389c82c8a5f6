import { AppError } from '../shared/index.ts'

/** GitHub's limits. */
const mostSubIssues = 100
const mostLevels = 8

/** An issue and what goes under it: either other such issues, or the tasks themselves. */
export type ParentBatch = {
  /** Index of the first task under it, directly or not. */
  readonly first: number
  /** How many tasks there are under it in all. */
  readonly count: number
  /** Intermediate parents; none: its sub-issues are the tasks. */
  readonly batches: readonly ParentBatch[]
}

export type BatchOptions = {
  /** Sub-issues that the parent has already. */
  readonly taken?: number
  /** Levels above the parent, when it is itself a sub-issue. */
  readonly above?: number
}

/**
 * Tasks under one parent, as evenly as can be, with intermediate parents where there are more than
 * 100. Throws `input_invalid` for more than GitHub's 8 levels hold.
 */
export function batchParents(count: number, options: BatchOptions = {}): ParentBatch {
  const { taken = 0, above = 0 } = options
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new AppError('input_invalid', `Expected a number of sub-issues, got ${count}.`)
  }
  const room = Math.max(0, mostSubIssues - taken)
  const levels = Math.max(0, mostLevels - above)
  if (count > 0 && (levels === 0 || room * mostSubIssues ** (levels - 1) < count)) {
    throw new AppError(
      'input_invalid',
      `${count} sub-issues do not fit under an issue that has ${taken} of 100 already and stands ${above} levels deep: split them over several issues.`,
    )
  }
  return batchOf({ first: 0, count }, room)
}

function batchOf({ first, count }: { first: number; count: number }, room: number): ParentBatch {
  if (count <= room) return { first, count, batches: [] }
  // The least height of full parents that holds all of them in the room there is.
  let size = mostSubIssues
  while (size * room < count) size *= mostSubIssues
  const parts = Math.ceil(count / size)
  const startOf = (part: number) => first + Math.floor((count / parts) * part)
  const batches = Array.from({ length: parts }, (_, part) => {
    const end = part + 1 === parts ? first + count : startOf(part + 1)
    return batchOf({ first: startOf(part), count: end - startOf(part) }, mostSubIssues)
  })
  return { first, count, batches }
}

/** How many intermediate parents there are to create. */
export function countParents(batch: ParentBatch): number {
  return batch.batches.reduce((sum, one) => sum + 1 + countParents(one), 0)
}
