import { seededDraw } from '../../model-provider/seeded-draw.ts'

export type PlannedFiles = {
  readonly paths: readonly string[]
  /** The line that it adds to each of them. */
  readonly line: string
}

const mostFiles = 3
const namedPath = /(?<![\w./-])(?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.(?:[a-z]{1,4}|json|yaml)(?![\w/-])/g

/**
 * Which files a session changes: those that the text names, otherwise one named after the title.
 * The same text and seed always give the same.
 */
export function drawChanges(
  text: { readonly title: string; readonly body: string; readonly number: number },
  { seed, overlaps, sharedPath }: { seed: number; overlaps: number; sharedPath: string },
): PlannedFiles {
  const named = [...`${text.title}\n${text.body}`.matchAll(namedPath)]
    .map(([path]) => path)
    .filter(isWorkspacePath)
  const own = [...new Set(named)].slice(0, mostFiles)
  const paths = own.length > 0 ? own : [`src/${slugOf(text.title)}.ts`]
  const isShared = seededDraw(seed, 'overlap', String(text.number)) < overlaps
  const line = `// ${text.title.replaceAll(/\s+/g, ' ')} (#${text.number})\n`
  return { paths: isShared ? [...new Set([...paths, sharedPath])] : paths, line }
}

/** Copilot stays out of workflows and git's own files, whatever a text asks for. */
const isWorkspacePath = (path: string): boolean =>
  !path.split('/').some((part) => part === '..' || part.startsWith('.git'))

/** Lower-case words with hyphens, as branches and files are named. */
export function slugOf(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return words.slice(0, 48).replace(/-+$/, '') || 'change'
}
