import { existsSync, readFileSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import type { ProblemList } from './problem-list.ts'

export type FileValue = {
  /** The dotted path; a name that itself holds dots counts as nested. */
  readonly path: string
  readonly value: unknown
  /** Such as `maniple.config.yaml:3`. */
  readonly source: string
}

type FileOptions = {
  readonly path: string
  /** True where a map is not a value but holds further keys. */
  readonly isSection: (path: string) => boolean
  readonly problems: ProblemList
}

/** The file to read: undefined when none was named and there is none in `cwd`. */
export function findConfigFile(cwd: string, named: string | undefined): string | undefined {
  if (named) return isAbsolute(named) ? named : resolve(cwd, named)
  const usual = join(cwd, 'maniple.config.yaml')
  return existsSync(usual) ? usual : undefined
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The settings of a YAML (or JSON) file. Whatever is wrong with it goes to `problems`. */
export function readConfigFile(options: FileOptions): FileValue[] {
  const { path, problems } = options
  const file = basename(path)
  const lines = new LineCounter()
  try {
    const text = readFileSync(path, 'utf8')
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0])
      problems.add(`${file}:${line}:${col} is not valid YAML: ${error.message}`)
    }
    if (document.errors.length > 0) return []
    const tree: unknown = document.toJS()
    if (tree === null || tree === undefined) return []
    if (isMapping(tree)) return flatten(tree, { ...options, file, document, lines })
    problems.add(`${file} holds no map of keys; expected keys such as server:`)
  } catch (error) {
    // Missing, unreadable, or an alias that cannot be (or should not be) unfolded.
    problems.add(`the file ${path} cannot be read: ${reasonOf(error)}; expected a YAML file`)
  }
  return []
}

type Flattening = FileOptions & {
  readonly file: string
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

function flatten(
  tree: Readonly<Record<string, unknown>>,
  context: Flattening,
  parents: readonly string[] = [],
): FileValue[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const names = [...parents, name]
    const path = names.join('.')
    // `server:` with nothing under it is an empty section, `port:` with nothing an unset key.
    if (value === null) return []
    if (context.isSection(path) && isMapping(value)) return flatten(value, context, names)
    return [{ path, value, source: sourceOf(names, context) }]
  })
}

function sourceOf(names: readonly string[], { file, document, lines }: Flattening): string {
  const node = document.getIn(names, true)
  const start = isNode(node) ? node.range?.[0] : undefined
  return start === undefined ? file : `${file}:${lines.linePos(start).line}`
}
