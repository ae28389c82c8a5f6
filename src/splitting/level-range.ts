import type { LevelName } from '../contracts/index.ts'
import { describeValue, inputError } from './input-error.ts'

export type Level = LevelName | number

/** Bounds of the width, both included. */
export type LevelRange = { readonly least: number; readonly most: number }

const ranges: Record<LevelName, LevelRange> = {
  small: { least: 5, most: 10 },
  medium: { least: 20, most: 30 },
  large: { least: 40, most: 60 },
  massive: { least: 80, most: 100 },
}

/** Throws `input_invalid` for what is neither a level's name nor a whole number above 0. */
export function levelRange(level: Level): LevelRange {
  if (typeof level === 'string' && Object.hasOwn(ranges, level)) return ranges[level]
  if (typeof level === 'number' && Number.isSafeInteger(level) && level > 0) {
    return { least: 1, most: level }
  }
  throw inputError(
    'input_invalid',
    `level: expected small, medium, large, massive or a whole number from 1, got ${describeValue(level)}.`,
  )
}
