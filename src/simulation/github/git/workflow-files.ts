import * as yaml from 'yaml'
import type { WorkflowFile } from '../state/workflow-store.ts'
import type { BareRepository } from './bare-repository.ts'

const folder = '.github/workflows'

/** The workflows that a commit holds; null when `before` held the very same. */
export async function readWorkflowFiles(
  git: BareRepository,
  before: string | null,
  after: string,
): Promise<readonly WorkflowFile[] | null> {
  const tree = await git.entryAt(after, folder)
  const old = before === null ? null : await git.entryAt(before, folder)
  if (tree === old) return null
  if (tree === null) return []
  const files: WorkflowFile[] = []
  for (const { path, type, sha } of await git.tree(tree)) {
    if (type !== 'blob' || !/\.ya?ml$/.test(path)) continue
    files.push(parseWorkflow(`${folder}/${path}`, (await git.blob(sha)).toString('utf8')))
  }
  return files
}

/** A file that is no workflow is listed under its path and triggered by nothing, as on GitHub. */
function parseWorkflow(path: string, text: string): WorkflowFile {
  const none: WorkflowFile = { path, name: path, triggers: [] }
  const document: unknown = readYaml(text)
  if (typeof document !== 'object' || document === null) return none
  const { name, on } = document as { readonly name?: unknown; readonly on?: unknown }
  return { path, name: typeof name === 'string' ? name : path, triggers: triggersOf(on) }
}

function readYaml(text: string): unknown {
  try {
    // Aliases are counted: a file that unfolds to gigabytes is none.
    return yaml.parse(text, { maxAliasCount: 100 })
  } catch {
    // Not YAML: GitHub lists it as a workflow that cannot be run.
    return null
  }
}

function triggersOf(on: unknown): readonly string[] {
  if (typeof on === 'string') return [on]
  if (Array.isArray(on)) return on.filter((name) => typeof name === 'string')
  return typeof on === 'object' && on !== null ? Object.keys(on) : []
}
