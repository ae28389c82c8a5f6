import type { SplitPlan } from '../contracts/index.ts'
import type { Json } from '../shared/index.ts'
import { buildPlan } from './build-plan.ts'
import { checkBytes } from './check-input.ts'
import { oneLine } from './clean-text.ts'
import { findJsonError } from './find-json-error.ts'
import { inputError } from './input-error.ts'
import type { Level } from './level-range.ts'
import type { Outline, SplitLimits } from './outline.ts'
import { parseWorkflow } from './parse-workflow.ts'
import { type Fence, readFences } from './scan-markdown.ts'
import { splitProse } from './split-prose.ts'

export type SplitOptions = {
  /** Wanted width; without one, nothing is grouped. */
  readonly level?: Level | undefined
  /** Overrides the title that the input gives. */
  readonly title?: string | undefined
  readonly limits: SplitLimits
}

/**
 * Splits work into a plan of tasks. `input` is a workflow (`{nodes, workerTemplate?}`) as a value or
 * as JSON text, Markdown with such a workflow in a fence marked `json`, or prose in Markdown.
 * The same input and options always give the same plan.
 *
 * Throws `AppError`: `input_invalid`, `input_too_large`, `split_cycle`, `split_duplicate_id` or
 * `split_unknown_dependency`, each with a message of one line that names the places and ids.
 */
export function splitWorkflow(input: Json | string, options: SplitOptions): SplitPlan {
  const outline =
    typeof input === 'string'
      ? readText(input, options.limits)
      : parseWorkflow(input, options.limits)
  const title = oneLine(options.title ?? '', 200)
  return buildPlan(title === '' ? outline : { ...outline, title }, options.level)
}

function readText(input: string, limits: SplitLimits): Outline {
  checkBytes(Buffer.byteLength(input), limits.maxBytes)
  const text = input.replace(/^\uFEFF/, '')
  if (text.trim() === '') {
    throw inputError('input_invalid', 'The input is empty. Give a workflow as JSON, or a text.')
  }
  // A bracket may also begin a link or a checkbox, so that it must look like JSON further on.
  if (/^\s*(?:\{|\[\s*[{["])/.test(text)) return parseWorkflow(parseJson(text, ''), limits)
  const lined = text.replaceAll(/\r\n?/g, '\n')
  const workflow = readFences(lined).find(isWorkflow)
  if (workflow === undefined) return splitProse(lined, limits)
  const place = `the fenced block from line ${workflow.line}`
  return parseWorkflow(parseJson(workflow.text, place, workflow.line), limits)
}

function isWorkflow(fence: Fence): boolean {
  return fence.language === 'json' && /"nodes"\s*:/.test(fence.text)
}

function parseJson(text: string, place: string, firstLine = 1): Json {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch (error) {
    const { line, column, expected } = findJsonError(text)
    const where = place === '' ? '' : ` in ${place}`
    throw inputError(
      'input_invalid',
      `line ${line + firstLine - 1}, column ${column}: malformed JSON${where}, expected ${expected}.`,
      { cause: error },
    )
  }
}
