import { cutText } from './clean-text.ts'
import type { DraftTask, Outline, Step } from './outline.ts'

const maxLength = 60_000

const deliverables: Record<Step, string> = {
  implementation:
    'Deliver the working code of this component. Its tests, documentation and integration review are tasks of their own.',
  tests: 'Deliver automated tests of this component: its normal use, its limits and its errors.',
  documentation:
    'Deliver the documentation of this component: what it is for, how to use it, with examples.',
  'integration review':
    'Deliver a review of how this component fits the others: its interfaces, error handling and security, each finding with its place and remedy.',
  ingest: 'Deliver the ingestion of this source: its data read and brought into one form.',
  validate:
    'Deliver the validation of this source: its data checked, each fault listed with its place.',
  'test type': 'Deliver automated tests of this type.',
  'sub-task': 'Deliver this sub-task complete.',
  task: 'Deliver this task complete.',
}

/** The whole prompt for a group of tasks: goal, surroundings, then each member with its step. */
export function writeInstructions(outline: Outline, members: readonly DraftTask[]): string {
  const parts = [goal(outline)]
  let section = -1
  let length = 0
  for (const [index, task] of members.entries()) {
    if (task.section !== section) parts.push(surroundings(outline, task.section))
    section = task.section
    const heading = members.length === 1 ? null : `Part ${index + 1} of ${members.length}`
    // Past the bound only the titles follow, so that no part is lost.
    const text = length > maxLength ? `${heading}: ${task.title}` : partText(task, heading)
    length += text.length
    parts.push(text)
  }
  return parts.filter((part) => part !== '').join('\n\n')
}

function goal(outline: Outline): string {
  const context = outline.context === '' ? '' : `\n\n${outline.context}`
  return `Goal: ${outline.title}${context}`
}

function surroundings(outline: Outline, section: number): string {
  const { facts, context } = outline.sections[section] ?? { facts: [], context: '' }
  return [...facts, ...(context === '' ? [] : [`\n${context}`])].join('\n')
}

function partText(task: DraftTask, heading: string | null): string {
  const hasStep = task.component !== null && task.step !== 'task'
  const lines = [
    heading === null ? `Task: ${task.title}` : `${heading}: ${task.title}`,
    ...(task.component === null ? [] : [`${hasStep ? 'Component' : 'Part of'}: ${task.component}`]),
    ...(hasStep ? [`Step: ${task.step}`] : []),
    ...task.facts,
  ]
  const text = task.text === '' ? '' : `\n\n${cutText(task.text, 20_000)}`
  return `${lines.join('\n')}${text}\n\n${deliverables[task.step]}`
}
