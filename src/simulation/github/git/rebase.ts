import { Refusal } from '../state/refusal.ts'
import type { BareRepository } from './bare-repository.ts'
import type { Identity } from './objects.ts'

/** Puts the commits of `head` one by one onto `base`; resolves with the last. 405 on a conflict. */
export async function rebaseOnto(
  git: BareRepository,
  { base, head }: { readonly base: string; readonly head: string },
  committer: Identity,
): Promise<string> {
  let onto = base
  for (const sha of await git.commitsBetween(base, head)) {
    const { parents, author, message } = await git.commit(sha)
    if (parents.length > 1) throw new Refusal(405, 'This branch can’t be rebased')
    const tree = await pick(git, { sha, parent: parents[0] ?? null, onto }, committer)
    onto = await git.writeCommit({ tree, parents: [onto], author, committer, message })
  }
  return onto
}

/**
 * The tree of `onto` with the change that a commit made. `git merge-tree` takes a merge base as an
 * argument only since 2.40: both sides get the parent's tree as a common ancestor of their own.
 */
async function pick(
  git: BareRepository,
  { sha, parent, onto }: { sha: string; parent: string | null; onto: string },
  committer: Identity,
): Promise<string> {
  const root = parent === null ? await git.writeTree(null, []) : (await git.commit(parent)).tree
  const stage = async (tree: string, parents: readonly string[]): Promise<string> =>
    await git.writeCommit({ tree, parents, author: committer, committer, message: 'stage' })
  const ancestor = await stage(root, [])
  const ours = await stage((await git.commit(onto)).tree, [ancestor])
  const theirs = await stage((await git.commit(sha)).tree, [ancestor])
  const merged = await git.mergeTree(ours, theirs)
  if (!merged.isClean) throw new Refusal(405, 'This branch can’t be rebased')
  return merged.tree
}
