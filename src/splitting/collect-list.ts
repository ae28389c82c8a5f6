import type { List, ListItem, RootContent } from 'mdast'
import { classifyTask } from './classify-task.ts'
import { cleanText, cutText } from './clean-text.ts'
import type { DraftTask } from './outline.ts'
import { plainLine, sourceOf } from './parse-markdown.ts'

/** What is known while the lists of one text are read; `tasks`, `done` and `context` grow. */
export type ListReading = {
  readonly text: string
  /** With a checkbox anywhere in the text, only checkboxes are tasks. */
  readonly onlyCheckboxes: boolean
  readonly tasks: DraftTask[]
  done: number
  plain: number
}

type ListPlace = {
  readonly section: number
  readonly parent: string | null
  /** Tasks that must end before any of this list begins. */
  readonly after: readonly number[]
}

/** First and last tasks of what was collected; both empty when it held none. */
type Ends = { readonly first: readonly number[]; readonly last: readonly number[] }

/**
 * Adds the tasks of a list. Items with a nested list are its heading: the nested items are the
 * tasks. An ordered list is a sequence, the items of any other are independent of each other.
 */
export function collectList(list: List, place: ListPlace, reading: ListReading): Ends {
  const parts: Ends[] = []
  for (const item of list.children) {
    const before = list.ordered === true ? parts.at(-1) : undefined
    const ends = collectItem(item, { ...place, after: before?.last ?? place.after }, reading)
    if (ends.last.length > 0) parts.push(ends)
  }
  if (list.ordered === true) return { first: parts[0]?.first ?? [], last: parts.at(-1)?.last ?? [] }
  return {
    first: parts.flatMap((ends) => ends.first),
    last: parts.flatMap((ends) => ends.last),
  }
}

function collectItem(item: ListItem, place: ListPlace, reading: ListReading): Ends {
  const title = titleOf(item)
  const nested = item.children.filter((child) => child.type === 'list')
  const holders = nested.filter((list) => !reading.onlyCheckboxes || hasCheckbox(list))
  const first: number[] = []
  const last: number[] = []
  for (const list of holders) {
    const ends = collectList(list, { ...place, parent: title || place.parent }, reading)
    first.push(...ends.first)
    last.push(...ends.last)
  }
  if (last.length > 0) return { first, last }
  if (item.checked === true) {
    reading.done += 1
    return { first, last }
  }
  if (reading.onlyCheckboxes && item.checked !== false) {
    reading.plain += 1
    return { first, last }
  }
  if (title === '') return { first, last }
  const index = reading.tasks.length
  reading.tasks.push(draftOf(item, { ...place, title, holders }, reading.text))
  return { first: [index], last: [index] }
}

type ItemPlace = ListPlace & { readonly title: string; readonly holders: readonly List[] }

const marking =
  /\b(critical|high|medium|low)[ -]priority\b|\bpriority:\s*(critical|high|medium|low)\b/i

function draftOf(item: ListItem, place: ItemPlace, source: string): DraftTask {
  const { section, title, parent, after, holders } = place
  const details = item.children
    .filter((child) => child.type !== 'html' && !holders.some((list) => list === child))
    .map((child) => sourceOf(child, source).replace(/^\[ \]\s*/, ''))
    .join('\n\n')
  const text = cutText(cleanText(details), 20_000)
  const marked = marking.exec(title)
  const word = (marked?.[1] ?? marked?.[2])?.toLowerCase()
  const priority = word === 'critical' || word === 'high' || word === 'low' ? word : 'medium'
  return {
    ...classifyTask({ step: 'task', text: title, agentType: '' }),
    section,
    component: parent,
    step: 'task',
    givenId: null,
    ownName: title,
    title,
    text: text === title ? '' : text,
    facts: [],
    priority,
    dependencies: [],
    after,
  }
}

function titleOf(item: ListItem): string {
  const named = item.children.find(
    (child) => child.type === 'paragraph' || child.type === 'heading',
  )
  return named === undefined ? '' : plainLine(named)
}

/** Whether a block holds a checkbox at any depth; nesting is bounded before the text is parsed. */
export function hasCheckbox(block: RootContent): boolean {
  if (block.type !== 'list') return false
  return block.children.some(
    (item) => typeof item.checked === 'boolean' || item.children.some(hasCheckbox),
  )
}
