import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CopilotOptions } from '../../src/simulation/github/copilot/copilot-options.ts'
import { startCopilot } from '../../src/simulation/github/copilot/start-copilot.ts'
import type { By } from '../../src/simulation/github/state/actor.ts'
import type { Issue } from '../../src/simulation/github/state/entities.ts'
import { createWorld, instantClock, type TestWorld } from './create-world.ts'

async function withCopilot(
  options: CopilotOptions,
  body: (given: TestWorld, settle: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await using given = await createWorld(instantClock())
  await using copilot = startCopilot(given.world, options)
  await body(given, async () => {
    await copilot.idle()
    assert.deepEqual(copilot.failures(), [])
  })
}

function assign({ world, repository, asOwner }: TestWorld, title: string, by: By = asOwner): Issue {
  const issue = world.state.issues.create(repository, { title, body: 'In `src/a.ts`.' }, asOwner)
  world.state.issues.assign(issue, world.state.actors.copilot, { by, assignment: null })
  return issue
}

const events = (issue: Issue | undefined): readonly string[] =>
  (issue?.timeline ?? []).map(({ event }) => event)

test('an assigned issue becomes a draft pull request with a real commit', async () => {
  await withCopilot({}, async (given, settle) => {
    const { world, repository, owner } = given
    const issue = assign(given, 'Make it faster')
    await settle()
    assert.deepEqual([...issue.reactions.keys()], ['eyes'])
    const [pull] = world.state.pulls.open(repository)
    assert.equal(pull?.title, 'Make it faster')
    assert.equal(pull.pull.isDraft, true)
    assert.equal(pull.pull.head.ref, 'copilot/make-it-faster')
    assert.deepEqual(world.state.pulls.closes(pull), [issue])
    assert.deepEqual(pull.pull.requestedReviewers, [owner])
    assert.deepEqual(
      events(pull).filter((event) => event.startsWith('copilot') || event.startsWith('review')),
      ['copilot_work_started', 'copilot_work_finished', 'review_requested'],
    )
    const started = pull.timeline.find(({ event }) => event === 'copilot_work_started')
    assert.equal(started?.actor, owner)
    assert.equal(started.app?.slug, 'copilot-swe-agent')
    const git = world.git.of(repository)
    const commit = await git.commit(pull.pull.head.sha)
    assert.equal(commit.author.name, 'copilot-swe-agent[bot]')
    assert.equal(commit.author.email, '198982749+Copilot@users.noreply.github.com')
    assert.match(commit.message, /Co-authored-by: octo/)
    const file = await git.readFile(pull.pull.head.sha, 'src/a.ts')
    assert.equal(file?.toString('utf8'), 'export const a = 1\n// Make it faster (#1)\n')
  })
})

test('an app assigns it to no avail', async () => {
  await withCopilot({}, async (given, settle) => {
    const { world, repository, owner } = given
    const app = world.state.actors.createApp({ slug: 'maniple', owner, permissions: {} })
    assign(given, 'One', { actor: app.bot, app, token: 'installation' })
    assign(given, 'Two', { actor: owner, app: null, token: 'github_token' })
    await settle()
    assert.deepEqual(world.state.pulls.all(repository), [])
  })
})

test('what it cannot start it says on the issue; what it fails at, in the timeline', async () => {
  await withCopilot({ refuses: 1 }, async (given, settle) => {
    const issue = assign(given, 'One')
    await settle()
    assert.match(
      issue.comments[0]?.body ?? '',
      /^The agent encountered an error and was unable to start working on this issue/,
    )
    assert.deepEqual(given.world.state.pulls.all(given.repository), [])
  })
  await withCopilot({ hangs: 1 }, async (given, settle) => {
    const startedAt = given.world.clock.now()
    assign(given, 'One')
    await settle()
    const [pull] = given.world.state.pulls.open(given.repository)
    assert.equal(events(pull).at(-1), 'copilot_work_finished_failure')
    assert.equal(pull?.pull.isDraft, true)
    assert.ok(given.world.clock.now() - startedAt >= 3_600_000)
  })
})

test('a person who may write steers it; others and bots do not', async () => {
  await withCopilot({ breaks: 1 }, async (given, settle) => {
    const { world, repository, asOwner } = given
    assign(given, 'One')
    await settle()
    const [pull] = world.state.pulls.open(repository)
    assert.ok(pull !== undefined)
    const broken = pull.pull.head.sha
    const git = world.git.of(repository)
    assert.ok((await git.readFile(broken, '.simulated-failure')) !== null)

    const stranger = world.state.actors.create({ login: 'stranger' })
    world.state.issues.comment(pull, '@copilot do it again', { ...asOwner, actor: stranger })
    world.state.issues.comment(pull, 'mail@copilot.example is no mention', asOwner)
    world.state.issues.comment(pull, '@copilot as an app', {
      ...{ actor: world.state.actors.actionsBot, app: null, token: 'github_token' },
    })
    await settle()
    assert.equal(pull.pull.head.sha, broken)

    const said = world.state.issues.comment(pull, '@copilot the checks fail', asOwner)
    await settle()
    assert.notEqual(pull.pull.head.sha, broken)
    assert.equal(await git.readFile(pull.pull.head.sha, '.simulated-failure'), null)
    assert.deepEqual([...said.reactions.keys()], ['eyes'])
    assert.equal(events(pull).filter((event) => event === 'copilot_work_finished').length, 2)
  })
})

test('it resolves conflicts when it is asked to', async () => {
  await withCopilot({}, async (given, settle) => {
    const { world, repository, asOwner } = given
    assign(given, 'One')
    assign(given, 'Two')
    await settle()
    const open = world.state.pulls.open(repository)
    const [one, two] = ['One', 'Two'].map((wanted) => open.find(({ title }) => title === wanted))
    assert.ok(one !== undefined && two !== undefined)
    world.state.pulls.markReady(one, asOwner)
    await world.pulls.merge(one, { method: 'squash' }, asOwner)
    assert.equal(await world.pulls.mergeability(two), 'CONFLICTING')
    world.state.issues.comment(two, '@copilot please resolve the conflicts', asOwner)
    await settle()
    assert.equal(await world.pulls.mergeability(two), 'MERGEABLE')
    const file = await world.git.of(repository).readFile(two.pull.head.sha, 'src/a.ts')
    assert.match(file?.toString('utf8') ?? '', /One \(#1\)\n.*Two \(#2\)/)
  })
})

test('unassigning ends its session, and another try gets a branch of its own', async () => {
  await withCopilot({}, async (given, settle) => {
    const { world, repository, asOwner } = given
    const issue = assign(given, 'One')
    world.state.issues.unassign(issue, world.state.actors.copilot, asOwner)
    await settle()
    assert.deepEqual(world.state.pulls.all(repository), [])
    for (const _ of [1, 2]) {
      const assignment = null
      world.state.issues.assign(issue, world.state.actors.copilot, { by: asOwner, assignment })
      await settle()
      world.state.issues.unassign(issue, world.state.actors.copilot, asOwner)
    }
    assert.deepEqual(
      world.state.pulls.all(repository).map(({ pull }) => pull.head.ref),
      ['copilot/one', 'copilot/one-2'],
    )
  })
})

test('one person has so many sessions at a time', async () => {
  await withCopilot({ sessions: 2 }, async (given, settle) => {
    let most = 0
    const working = new Set<number>()
    given.world.state.on((happened) => {
      if (happened.kind === 'pull.opened') working.add(happened.issue.number)
      if (happened.kind === 'pull.review_requested') working.delete(happened.issue.number)
      most = Math.max(most, working.size)
    })
    for (let n = 1; n <= 4; n += 1) assign(given, `Task ${n}`)
    await settle()
    assert.equal(most, 2)
    assert.equal(given.world.state.pulls.open(given.repository).length, 4)
  })
})
