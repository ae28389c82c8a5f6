import type { BareRepository, ChangedFile } from './bare-repository.ts'

const statuses: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'modified',
}

/** Longer patches are left out, as GitHub leaves them out of its answers. */
const longestPatch = 100_000

/** What changed from one commit (null: nothing at all) to the other, with renames found. */
export async function changedFiles(
  git: BareRepository,
  from: string | null,
  to: string,
): Promise<readonly ChangedFile[]> {
  return await git.remember(`changed ${from} ${to}`, () => compareTrees(git, from, to))
}

async function compareTrees(
  git: BareRepository,
  from: string | null,
  to: string,
): Promise<readonly ChangedFile[]> {
  const start = from ?? (await git.writeTree(null, []))
  const range = ['-M', '--no-color', '--no-ext-diff', start, to]
  const [raw, counts, patches] = await Promise.all([
    git.text(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', ...range]),
    git.text(['diff-tree', '-r', '-z', '--numstat', ...range]),
    git.text(['diff-tree', '-r', '-p', ...range]),
  ])
  const countOf = parseCounts(counts)
  const bodies = patches.split(/^diff --git .*$/m).slice(1)
  return parseRaw(raw).map((file, index) => {
    const count = countOf.get(file.path)
    const patch = patchOf(bodies[index])
    return { ...file, additions: count?.[0] ?? 0, deletions: count?.[1] ?? 0, patch }
  })
}

type RawFile = Pick<ChangedFile, 'path' | 'previousPath' | 'status' | 'blob'>

function parseRaw(raw: string): readonly RawFile[] {
  const fields = raw.split('\0')
  const files: RawFile[] = []
  for (let at = 0; at < fields.length; ) {
    const [, , before = '', after = '', letter = ''] = (fields[at] ?? '').split(' ')
    const first = fields[at + 1]
    if (first === undefined) break
    const status = statuses[letter.slice(0, 1)] ?? 'modified'
    const isRenamed = status === 'renamed'
    const path = isRenamed ? (fields[at + 2] ?? first) : first
    const blob = status === 'removed' ? before : after
    files.push({ path, previousPath: isRenamed ? first : null, status, blob })
    at += isRenamed ? 3 : 2
  }
  return files
}

/** Additions and deletions by path; `-` for binary files. */
function parseCounts(text: string): ReadonlyMap<string, readonly [number, number]> {
  const fields = text.split('\0')
  const counts = new Map<string, readonly [number, number]>()
  for (let at = 0; at < fields.length; at += 1) {
    const [added, deleted, path] = (fields[at] ?? '').split('\t')
    if (path === undefined) continue
    // A rename leaves the path empty and names both in the next two fields.
    const name = path === '' ? (fields[at + 2] ?? '') : path
    if (path === '') at += 2
    counts.set(name, [Number(added) || 0, Number(deleted) || 0])
  }
  return counts
}

/** From the first hunk on. */
function patchOf(body: string | undefined): string | null {
  const start = body?.search(/^@@ /m) ?? -1
  if (body === undefined || start < 0) return null
  const patch = body.slice(start).trimEnd()
  return patch.length > longestPatch ? null : patch
}
