import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effect, EffectMarker, EffectType } from '../../src/contracts/index.ts'
import { createGitHubClient, createPerformers, readSnapshot } from '../../src/github/index.ts'
import type { Json, JsonObject } from '../../src/shared/index.ts'
import { startGitHub } from '../simulated-github/start-github.ts'
import { assertFaithful, recordExchanges } from './assert-faithful.ts'
import { instantClock } from './create-world.ts'

const signer = {
  compose: (marker: EffectMarker): string => `<!-- ${marker.key} -->`,
  read: (text: string): readonly EffectMarker[] =>
    [...text.matchAll(/<!-- (\S+) -->/g)].map(([, key = '']) => markerOf(key)),
}
const markerOf = (key: string): EffectMarker => ({
  ...{ key, run: null, task: null, root: 'root', depth: 1 },
})

/** No waiting and nothing kept: what is asked of GitHub is what counts here. */
function openStores() {
  const answers = new Map<string, { readonly etag: string; readonly body: Json }>()
  return {
    pace: {
      book: async () => ({ waitMs: 0, isBooked: true }),
      block: async () => undefined,
      blockedMs: async () => 0,
    },
    answers: {
      get: async (key: string) => answers.get(key) ?? null,
      put: async (key: string, answer: { readonly etag: string; readonly body: Json }) => {
        answers.set(key, answer)
      },
    },
  }
}

test('everything that Maniple sends is as GitHub describes it', async () => {
  const recording = recordExchanges()
  const clock = instantClock()
  await using given = await startGitHub({ clock, onExchange: recording.onExchange })
  const { github, owner, repository } = given
  const reviewer = github.createUser({ login: 'reviewer' })
  github.state.repositories.grant(repository, reviewer, 'write')
  const token = (actor: typeof owner): string =>
    github.createToken({ kind: 'classic', actor, scopes: ['repo', 'workflow'] }).value
  const settings = {
    ...{ apiUrl: github.url, token: token(reviewer), userToken: token(owner), app: null },
    ...{ concurrency: 10, timeoutMs: 30_000, timeScale: 1 },
  }
  const client = createGitHubClient({ settings, clock, ...openStores() })
  const performers = createPerformers(client, signer)
  const { signal } = new AbortController()
  const done = new Set<EffectType>()
  const perform = async <Type extends EffectType>(
    effect: Extract<Effect, { type: Type }> & { readonly type: Type },
  ): Promise<JsonObject> => {
    const performer = performers[effect.type]
    assert.ok(performer !== undefined)
    const marker = markerOf(`${effect.type}-${done.size}`)
    const receipt = await performer.perform(effect, marker, signal)
    if (performer.find !== undefined) await performer.find(effect, marker, signal)
    done.add(effect.type)
    return receipt
  }
  const at = { repository: 'octo/shop' }
  const issue = { title: 'Parent', body: 'x', labels: ['bug'] }
  await perform({ type: 'issue.create', ...at, ...issue, parent: null })
  await perform({ type: 'issue.create', ...at, ...issue, title: 'Child', parent: 1 })
  const on = { ...at, number: 1 }
  await perform({ type: 'issue.comment', ...on, body: 'Said' })
  await perform({ type: 'issue.dashboard', ...on, body: 'One' })
  await perform({ type: 'issue.label', ...on, add: ['late'], remove: ['bug'] })
  await perform({ type: 'issue.assign', ...on, assignees: ['octo'] })
  await perform({ type: 'issue.link', ...on, kind: 'blocked_by', target: 2 })
  const wish = { baseRef: 'main', instructions: 'Briefly.', model: null }
  await perform({ type: 'copilot.assign', ...at, number: 2, ...wish })
  await github.idle()
  const base = await github.world.git.of(repository).branch('main')
  assert.ok(base !== null)
  const files = [{ path: 'src/x.ts', content: 'export {}\n' }]
  const push = { branch: 'maniple/x', base, message: 'X', files }
  await perform({ type: 'branch.push', ...at, ...push })
  const pull = { head: 'maniple/x', base: 'main', title: 'X', body: 'x', draft: true, closes: 1 }
  await perform({ type: 'pull.open', ...at, ...pull })
  const opened = github.state.pulls.open(repository).find(({ title }) => title === 'X')
  assert.ok(opened !== undefined)
  const onPull = { ...at, number: opened.number }
  const sha = (): string => opened.pull.head.sha
  await perform({ type: 'pull.ready', ...onPull })
  const change = { branch: 'main', path: '.github/workflows/work.yml', message: 'Work' }
  await perform({ type: 'workflow.change', ...at, ...change, content: 'on: [workflow_dispatch]\n' })
  await perform({ type: 'pull.update', ...onPull, sha: sha(), merge: 'base' })
  await perform({ type: 'pull.review', ...onPull, sha: sha(), event: 'comment', body: 'Hm' })
  await perform({ type: 'pull.merge', ...onPull, sha: sha(), method: 'squash' })
  const [copilots] = github.state.pulls.open(repository)
  assert.ok(copilots !== undefined)
  await perform({ type: 'pull.close', ...at, number: copilots.number })
  await perform({ type: 'issue.close', ...at, number: 2, reason: 'not_planned' })
  const dispatch = { workflow: 'work.yml', ref: 'main', inputs: { task: '1' } }
  await perform({ type: 'workflow.dispatch', ...at, ...dispatch })
  assert.deepEqual([...done].toSorted(), Object.keys(performers).toSorted())

  const view = await readSnapshot(client, 'octo/shop', signal)
  assert.deepEqual(view.gaps, [])
  assertFaithful(recording.exchanges)
  assert.ok(recording.exchanges.length > 30)
})
