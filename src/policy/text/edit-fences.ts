import { applyEdits, createScan, type Edit, isWordChar, type Work } from './scan.ts'

// What GitHub draws, links or offers to commit instead of showing it as code.
const acting = /mermaid|math|geojson|topojson|stl|suggestion/gi

const isBlankInLine = (code: number) => code === 32 || code === 9

/** Code blocks that act (```suggestion, ```mermaid) become plain ones. */
export function editFences(text: string, work: Work): string {
  const scan = createScan(text, work)
  const edits: Edit[] = []
  work.looks += text.length
  for (const found of text.matchAll(acting)) {
    const end = found.index + found[0].length
    const before = scan.before(found.index, isBlankInLine)
    const isFence = ['```', '~~~'].includes(text.slice(Math.max(0, before - 3), before))
    if (isFence && !isWordChar(scan.code(end)))
      edits.push({ start: found.index, end, text: 'text' })
  }
  return applyEdits(text, edits)
}
