import type { Actor, By } from '../state/actor.ts'
import type { Repository } from '../state/entities.ts'
import type { PullIssue } from '../state/pulls.ts'
import type { World } from '../world.ts'
import { failingFile } from './copilot-options.ts'
import type { PlannedFiles } from './draw-changes.ts'

export type Commission = {
  readonly repository: Repository
  readonly branch: string
  /** Who asked for it: named in the commit as its co-author. */
  readonly person: Actor
  readonly message: string
}

/** The files with the line added, as they are on `from`. */
async function filesWith(
  { git }: World,
  repository: Repository,
  { from, plan }: { readonly from: string; readonly plan: PlannedFiles },
): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const path of plan.paths) {
    const there = await git.of(repository).readFile(from, path)
    files[path] = `${there?.toString('utf8') ?? ''}${plan.line}`
  }
  return files
}

const messageOf = ({ message, person }: Commission): string =>
  `${message}\n\nCo-authored-by: ${person.login} <${person.email}>`

/** A commit on Copilot's branch; with `isBroken` one that the simulated checks do not like. */
export async function commitChanges(
  world: World,
  commission: Commission,
  { plan, isBroken, by }: { plan: PlannedFiles; isBroken: boolean; by: By },
): Promise<void> {
  const { repository, branch } = commission
  const files = await filesWith(world, repository, { from: branch, plan })
  const failing = await world.git.of(repository).readFile(branch, failingFile)
  const mark = isBroken ? 'The simulated checks fail while this file is here.\n' : null
  const marked = isBroken || failing !== null ? { [failingFile]: mark } : {}
  const message = messageOf(commission)
  await world.git.commitFiles(repository, { branch, files: { ...files, ...marked }, message }, by)
}

/** Takes the base in and writes its own lines anew where both had changed the same files. */
export async function resolveConflicts(
  world: World,
  commission: Commission,
  { pull, plan, by }: { pull: PullIssue; plan: PlannedFiles; by: By },
): Promise<void> {
  const { repository, branch } = commission
  const git = world.git.of(repository)
  await git.exclusively(async () => {
    const { head, base } = pull.pull
    const files = await filesWith(world, repository, { from: base.sha, plan })
    const changes = []
    for (const [path, content] of Object.entries(files)) {
      changes.push({ path, mode: '100644', sha: await git.writeBlob(Buffer.from(content)) })
    }
    const tree = await git.writeTree((await git.commit(base.sha)).tree, changes)
    const { author } = await git.commit(head.sha)
    const identity = { ...author, at: world.clock.now() }
    const after = await git.writeCommit({
      ...{ tree, parents: [head.sha, base.sha], author: identity, committer: identity },
      message: messageOf({ ...commission, message: `Merge branch '${base.ref}' into ${branch}` }),
    })
    const move = { ref: `refs/heads/${branch}`, before: head.sha, after }
    await world.git.moveRef(repository, move, by)
  })
}
