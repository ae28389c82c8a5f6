import { changedFiles } from '../git/changed-files.ts'
import type { Shape } from '../shapes/shape.ts'
import type { Repository } from '../state/entities.ts'
import type { World } from '../world.ts'

type Figures = Pick<Shape, string>

const kept = 1000

/** How many commits, files and lines lie between base and head; asked of git once for each pair. */
export function pullFigures(world: World) {
  const known = new Map<string, Promise<Figures>>()
  return async (repository: Repository, base: string, head: string): Promise<Figures> => {
    const key = `${repository.id} ${base} ${head}`
    const there = known.get(key)
    if (there !== undefined) return await there
    const figures = count(world, repository, { base, head })
    known.set(key, figures)
    const oldest = known.size > kept ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    return await figures
  }
}

async function count(
  world: World,
  repository: Repository,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<Figures> {
  const git = world.git.of(repository)
  const commits = await git.commitsBetween(base, head)
  const files = await changedFiles(git, await git.mergeBase(base, head), head)
  const sum = (key: 'additions' | 'deletions'): number =>
    files.reduce((total, file) => total + file[key], 0)
  return {
    ...{ commits: commits.length, additions: sum('additions'), deletions: sum('deletions') },
    changed_files: files.length,
  }
}
