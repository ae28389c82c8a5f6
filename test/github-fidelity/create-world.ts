import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/shared/index.ts'
import { GitHost } from '../../src/simulation/github/git/git-host.ts'
import { PullOperations } from '../../src/simulation/github/git/pull-operations.ts'
import type { Actor, By } from '../../src/simulation/github/state/actor.ts'
import type { Repository } from '../../src/simulation/github/state/entities.ts'
import { GitHubState } from '../../src/simulation/github/state/github-state.ts'
import type { World } from '../../src/simulation/github/world.ts'

export type TestWorld = AsyncDisposable & {
  readonly world: World
  readonly repository: Repository
  readonly owner: Actor
  readonly asOwner: By
}

/** The simulated GitHub without its protocols: one repository of one owner, with a few files. */
export async function createWorld(
  clock: Clock,
  ownerType: Actor['type'] = 'User',
): Promise<TestWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'maniple-github-'))
  const state = new GitHubState(clock)
  const git = new GitHost(state, directory)
  const pulls = new PullOperations(state, git)
  const owner = state.actors.create({ login: 'octo', type: ownerType })
  const files = { 'src/a.ts': 'export const a = 1\n', 'src/b.ts': 'export const b = 2\n' }
  const repository = await git.create({ owner, name: 'shop' }, files)
  const url = (): string => 'https://github.example'
  const world = { state, git, pulls, clock, url, staleMergeable: () => false }
  return {
    ...{ world, repository, owner, asOwner: { actor: owner, app: null, token: null } },
    [Symbol.asyncDispose]: async () => {
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Time that stands still but for what sleeps: each sleep is over at once and moves it on. */
export function instantClock(): Clock {
  let now = Date.parse('2026-11-21T12:00:00Z')
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      now += ms
    },
  }
}
