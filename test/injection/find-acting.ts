import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'

/**
 * What would still act in a text, found with other means than the sanitiser's: a CommonMark parser
 * and GitHub's own patterns. Empty where nothing does.
 */
export type ActingOptions = {
  readonly markdown: boolean
  readonly hosts: readonly string[]
  readonly triggers: readonly string[]
}

// https://github.com/gjtorikian/html-pipeline (mention filter), \w without Unicode as in Ruby.
const mention = /(?:^|[^A-Za-z0-9_])@[a-z0-9][a-z0-9-]*/i
const keyword = '(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)'
const target = '(?:[\\w./-]{0,200}#|gh-|https?://[\\w.-]+/[\\w.-]+/[\\w.-]+/(?:issues|pull)/)\\d'
const closing = new RegExp(`(?<![a-z0-9])${keyword}:?[\\s*_~\`\\\\([]{1,50}${target}`, 'i')
const command = /^[ \t]*\/[a-z][\w-]*[ \t]*(?:[ \t]\S.*)?$/im
const address = /([a-z][a-z0-9+.-]*):\/\/([^\s/?#<>()]*)/gi
const www = /(?:^|[\s*_~(])(www\.[a-z0-9][\w.-]*)/gi
const unseen = /[\p{Default_Ignorable_Code_Point}\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/u

/** `text` nodes of one parent joined, code left out: what a reader of the page could click on. */
function proseOf(node: Nodes, parts: string[]): void {
  if (node.type === 'code' || node.type === 'inlineCode') parts.push('\ufffc')
  else if (node.type === 'text') parts.push(node.value)
  else if (node.type === 'break') parts.push('\n')
  else if ('children' in node) {
    if (node.type !== 'emphasis' && node.type !== 'strong') parts.push('\n\ufffc\n')
    for (const child of node.children) proseOf(child, parts)
  }
}

function actingNodes(node: Nodes, options: ActingOptions, found: string[]): void {
  if (node.type === 'html') found.push(`html: ${node.value.slice(0, 60)}`)
  if (node.type === 'image' || node.type === 'imageReference') found.push('image')
  if ((node.type === 'link' || node.type === 'definition') && isForeign(node.url, options)) {
    found.push(`link: ${node.url.slice(0, 60)}`)
  }
  if (node.type === 'code' && /^(?:suggestion|mermaid|math|geojson)\b/i.test(node.lang ?? '')) {
    found.push(`block: ${node.lang}`)
  }
  if ('children' in node) for (const child of node.children) actingNodes(child, options, found)
}

function isForeign(url: string, { hosts }: ActingOptions): boolean {
  try {
    // Relative to a host of its own, so that only what leaves it counts.
    const parsed = new URL(url, 'https://page.invalid/owner/repo')
    return parsed.hostname !== 'page.invalid' && !hosts.includes(parsed.hostname)
  } catch {
    return true
  }
}

function actingAddresses(prose: string, options: ActingOptions, found: string[]): void {
  for (const [all, , host = ''] of prose.matchAll(address)) {
    if (isForeign(`https://${host}`, options)) found.push(`address: ${all.slice(0, 60)}`)
  }
  for (const [, host = ''] of prose.matchAll(www)) {
    if (isForeign(`https://${host}`, options)) found.push(`address: ${host}`)
  }
}

export function findActing(text: string, options: ActingOptions): string[] {
  const found: string[] = []
  const parts: string[] = []
  if (options.markdown) {
    const tree = fromMarkdown(text)
    actingNodes(tree, options, found)
    proseOf(tree, parts)
  } else {
    parts.push(text)
  }
  const prose = parts.join('')
  const mentioned = mention.exec(prose)
  if (mentioned !== null) found.push(`mention: ${mentioned[0]}`)
  actingAddresses(prose, options, found)
  const hidden = unseen.exec(text)
  if (hidden !== null) found.push(`hidden: U+${hidden[0].codePointAt(0)?.toString(16)}`)
  const closes = closing.exec(text) ?? closing.exec(prose)
  if (closes !== null) found.push(`closing: ${closes[0]}`)
  const commanded = command.exec(text)
  if (commanded !== null) found.push(`command: ${commanded[0].slice(0, 60)}`)
  for (const trigger of options.triggers) {
    if (text.toLowerCase().includes(trigger.toLowerCase())) found.push(`trigger: ${trigger}`)
  }
  return found
}
