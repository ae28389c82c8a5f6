import type { Html, Nodes, Root, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item'
import { toString as textOf } from 'mdast-util-to-string'
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item'
import { cutText, oneLine } from './clean-text.ts'

/** Quadratic on hostile text (700 runs of backticks in 245 kB: 9 s), so only titles go through them. */
const inlineConstructs = [
  'attention',
  'autolink',
  'characterEscape',
  'characterReference',
  'codeText',
  'definition',
  'hardBreakEscape',
  'htmlText',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
]
const blockConstructs = [
  'blockQuote',
  'codeFenced',
  'codeIndented',
  'definition',
  'headingAtx',
  'htmlFlow',
  'list',
  'setextUnderline',
  'thematicBreak',
]

/** The blocks of a text; what stands in a line stays as it was written. */
export function parseBlocks(text: string): Root {
  return fromMarkdown(text, {
    extensions: [gfmTaskListItem(), { disable: { null: inlineConstructs } }],
    mdastExtensions: [gfmTaskListItemFromMarkdown()],
  })
}

const maxTitleSource = 1_000

/** The words of a paragraph or heading, without marks, addresses or HTML; at most 200 characters. */
export function plainLine(node: Nodes): string {
  const raw = cutText(textOf(node), maxTitleSource)
  const tree = fromMarkdown(raw, { extensions: [{ disable: { null: blockConstructs } }] })
  return oneLine(textOf(tree, { includeHtml: false }), 200)
}

/** A block as it was written, without comments. */
export function sourceOf(node: Nodes, text: string): string {
  const start = node.position?.start.offset ?? 0
  const end = node.position?.end.offset ?? 0
  return withoutComments(text.slice(start, end)).trim()
}

function withoutComments(text: string): string {
  const kept: string[] = []
  let at = 0
  for (;;) {
    const start = text.indexOf('<!--', at)
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4)
    if (end < 0) break
    kept.push(text.slice(at, start))
    at = end + 3
  }
  kept.push(text.slice(at))
  return kept.join('')
}

const hidingTag = /^<([a-z][\w-]*)\b[^>]*(?:\shidden\b|display\s*:\s*none)/i

/** The top blocks that a reader sees: no HTML, and nothing between tags that hide it. */
export function visibleBlocks(root: Root): RootContent[] {
  const visible: RootContent[] = []
  let hiddenBy: string | null = null
  for (const block of root.children) {
    if (block.type !== 'html') {
      if (hiddenBy === null) visible.push(block)
      continue
    }
    hiddenBy = hidingAfter(block, hiddenBy)
  }
  return visible
}

function hidingAfter(block: Html, hiddenBy: string | null): string | null {
  const tag = hiddenBy ?? hidingTag.exec(block.value.trim())?.[1]?.toLowerCase() ?? null
  if (tag === null) return null
  return block.value.toLowerCase().includes(`</${tag}`) ? null : tag
}
