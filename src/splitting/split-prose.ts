import type { Heading, RootContent } from 'mdast'
import { classifyTask } from './classify-task.ts'
import { cleanText, cutText } from './clean-text.ts'
import { collectList, hasCheckbox, type ListReading } from './collect-list.ts'
import { inputError, thousands } from './input-error.ts'
import {
  type DraftTask,
  noWorkerTemplate,
  type Outline,
  type Section,
  type SplitLimits,
} from './outline.ts'
import { parseBlocks, plainLine, sourceOf, visibleBlocks } from './parse-markdown.ts'
import { checkProse } from './scan-markdown.ts'

const maxContextLength = 2_000

type Chapter = { readonly heading: Heading | null; readonly blocks: RootContent[] }

/**
 * Takes Markdown apart by its structure alone: headings are sections; list items are tasks (with a
 * checkbox anywhere, only unticked checkboxes are); without lists each section is one task; without
 * headings the whole text is. Code, HTML and hidden text never become tasks.
 */
export function splitProse(input: string, limits: SplitLimits): Outline {
  const { shown: text, parsed } = checkProse(cleanText(input), limits)
  const blocks = visibleBlocks(parseBlocks(parsed))
  const chapters = chaptersOf(blocks)
  const title = titleOf(blocks)
  const reading: ListReading = {
    text,
    onlyCheckboxes: blocks.some(hasCheckbox),
    tasks: [],
    done: 0,
    plain: 0,
  }
  const hasLists = blocks.some((block) => block.type === 'list')
  const sections = hasLists ? listSections(chapters, title, reading) : []
  if (reading.tasks.length === 0 && reading.done > 0) {
    throw inputError(
      'input_invalid',
      `The text holds no open task: ${reading.done === 1 ? 'its only item is' : `all ${thousands(reading.done)} items are`} ticked off. Untick what is to be done.`,
    )
  }
  if (reading.tasks.length === 0) sections.push(...textSections(chapters, title, reading))
  const withTasks = new Set(sections.map((section) => section.chapter))
  const rest = chapters.filter((chapter) => !withTasks.has(chapter))
  return {
    title,
    context: bounded(rest.map((chapter) => chapterText(chapter, text)).join('\n\n')),
    sections: sections.map(({ chapter: _, ...section }) => section),
    tasks: reading.tasks,
    givenIds: [],
    workerTemplate: noWorkerTemplate,
    notes: notesOf(reading),
  }
}

type ProseSection = Section & { readonly chapter: Chapter | null }

function chaptersOf(blocks: readonly RootContent[]): Chapter[] {
  const chapters: Chapter[] = [{ heading: null, blocks: [] }]
  for (const block of blocks) {
    if (block.type === 'heading') chapters.push({ heading: block, blocks: [] })
    else chapters.at(-1)?.blocks.push(block)
  }
  return chapters
}

function titleOf(blocks: readonly RootContent[]): string {
  const named =
    blocks.find((block) => block.type === 'heading') ??
    blocks.find((block) => block.type === 'paragraph')
  const title = named === undefined ? '' : plainLine(named)
  return title === '' ? 'Work' : title
}

function listSections(
  chapters: readonly Chapter[],
  title: string,
  reading: ListReading,
): ProseSection[] {
  const sections: ProseSection[] = []
  for (const chapter of chapters) {
    const from = reading.tasks.length
    const place = { section: sections.length, parent: null, after: [] }
    for (const block of chapter.blocks) {
      if (block.type !== 'list') continue
      // In a text with checkboxes a list without any is context.
      if (reading.onlyCheckboxes && !hasCheckbox(block)) reading.plain += block.children.length
      else collectList(block, place, reading)
    }
    const tasks = { from, to: reading.tasks.length }
    if (tasks.to > tasks.from) sections.push(sectionOf(chapter, { title, reading, tasks }))
  }
  return sections
}

type SectionPlace = {
  readonly title: string
  readonly reading: ListReading
  readonly tasks: Section['tasks']
}

function sectionOf(chapter: Chapter, { title, reading, tasks }: SectionPlace): ProseSection {
  const name = chapter.heading === null ? title : plainLine(chapter.heading)
  const context = chapter.blocks
    .filter((block) => block.type !== 'list' || (reading.onlyCheckboxes && !hasCheckbox(block)))
    .map((block) => sourceOf(block, reading.text))
  return {
    chapter,
    name,
    facts: name === '' || name === title ? [] : [`Section: ${name}`],
    context: bounded(context.join('\n\n')),
    dependencies: [],
    tasks,
  }
}

/** Without lists: a task for each heading that has text of its own, else one for the whole text. */
function textSections(
  chapters: readonly Chapter[],
  title: string,
  reading: ListReading,
): ProseSection[] {
  const told = chapters.filter((chapter) => chapter.heading !== null && chapter.blocks.length > 0)
  const first = chapters.find((chapter) => chapter.heading !== null)
  // The first heading of a higher rank than all others is the title, and its text the introduction.
  const isTitle = told.every(
    (chapter) => chapter === first || (chapter.heading?.depth ?? 0) > (first?.heading?.depth ?? 0),
  )
  const parts = isTitle ? told.filter((chapter) => chapter !== first) : told
  if (parts.length < 2) return [wholeText(chapters, title, reading)]
  return parts.map((chapter) => {
    const name = chapter.heading === null ? '' : plainLine(chapter.heading)
    const text = cutText(
      chapter.blocks.map((block) => sourceOf(block, reading.text)).join('\n\n'),
      20_000,
    )
    return textSection({ name: name === '' ? title : name, text, chapter }, reading)
  })
}

function wholeText(
  chapters: readonly Chapter[],
  title: string,
  reading: ListReading,
): ProseSection {
  const text = chapters
    .map((chapter) => chapterText(chapter, reading.text))
    .filter((part) => part !== '')
  if (text.length === 0) {
    throw inputError(
      'input_invalid',
      'The text holds nothing to do: no list, heading or paragraph that is not hidden.',
    )
  }
  const whole = cutText(text.join('\n\n'), 20_000)
  const section = textSection(
    { name: title, text: whole === title ? '' : whole, chapter: null },
    reading,
  )
  return section
}

type TextPart = { readonly name: string; readonly text: string; readonly chapter: Chapter | null }

function textSection({ name, text, chapter }: TextPart, reading: ListReading): ProseSection {
  const from = reading.tasks.length
  const task: DraftTask = {
    ...classifyTask({ step: 'task', text: `${name} ${text}`, agentType: '' }),
    section: from,
    component: null,
    step: 'task',
    givenId: null,
    ownName: null,
    title: name,
    text,
    facts: [],
    priority: 'medium',
    dependencies: [],
    after: [],
  }
  reading.tasks.push(task)
  return { chapter, name, facts: [], context: '', dependencies: [], tasks: { from, to: from + 1 } }
}

function chapterText(chapter: Chapter, text: string): string {
  const blocks = chapter.heading === null ? chapter.blocks : [chapter.heading, ...chapter.blocks]
  return blocks.map((block) => sourceOf(block, text)).join('\n\n')
}

function bounded(text: string): string {
  return cutText(text.trim(), maxContextLength)
}

function notesOf(reading: ListReading): string[] {
  const notes: string[] = []
  if (reading.done > 0) {
    notes.push(
      `${thousands(reading.done)} ticked ${reading.done === 1 ? 'item was' : 'items were'} left out.`,
    )
  }
  if (reading.plain > 0) {
    notes.push(
      `The text has checkboxes, so that ${thousands(reading.plain)} list ${reading.plain === 1 ? 'item' : 'items'} without one were taken as context.`,
    )
  }
  return notes
}
