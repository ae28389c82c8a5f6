import { seededDraw } from '../../model-provider/seeded-draw.ts'
import type { Actor, By } from '../state/actor.ts'
import type { AgentAssignment, Comment, Issue } from '../state/entities.ts'
import { isPull, type PullIssue } from '../state/pulls.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../world.ts'
import { type CopilotSettings, longestSession } from './copilot-options.ts'
import { drawChanges, type PlannedFiles, slugOf } from './draw-changes.ts'
import { type Commission, commitChanges, resolveConflicts } from './write-changes.ts'

const couldNotStart = 'The agent encountered an error and was unable to start working on this issue'

export type Assignment = {
  readonly issue: Issue
  readonly person: Actor
  readonly wish: AgentAssignment | null
  /** How often it was given this issue before: a second try draws anew. */
  readonly tries: number
  readonly signal: AbortSignal
}

export type Scene = {
  readonly world: World
  readonly settings: CopilotSettings
  /** Copilot itself. */
  readonly by: By
}

/** From the assignment to the finished pull request. Rejects when the signal says so. */
export async function performAssignment(scene: Scene, assignment: Assignment): Promise<void> {
  const { world, settings, by } = scene
  const { issue, signal, tries } = assignment
  const draw = (what: string): number =>
    seededDraw(settings.seed, what, issue.repository.fullName, `${issue.number}/${tries}`)
  await world.clock.sleep(settings.reactsAfter, signal)
  world.state.issues.react(issue, 'eyes', by.actor)
  await world.clock.sleep(settings.opensAfter, signal)
  if (draw('refuse') < settings.refuses) {
    world.state.issues.comment(issue, `${couldNotStart}: it could not be started.`, by)
    return
  }
  let pull: PullIssue
  const commission = await commissionOf(scene, assignment)
  try {
    pull = await openDraft(scene, assignment, commission)
  } catch (error) {
    // GitHub said no, as it does to Copilot too: rules, an archived repository, no such base.
    if (!(error instanceof Refusal)) throw error
    world.state.issues.comment(issue, `${couldNotStart}: ${error.message}`, by)
    return
  }
  const { person } = assignment
  await withEvents(scene, { pull, person }, async () => {
    const [shortest, longest] = settings.works
    const hangs = draw('hang') < settings.hangs
    const length = hangs ? longestSession : shortest + draw('length') * (longest - shortest)
    await world.clock.sleep(length, signal)
    if (hangs || draw('fail') < settings.fails) return false
    const plan = planOf(scene, issue, assignment.wish)
    await commitChanges(world, commission, { plan, isBroken: draw('break') < settings.breaks, by })
    present(scene, pull, issue)
    return true
  })
}

/** A mention in a comment or a review: looks at it, pushes to the same branch, answers. */
export async function performMention(
  scene: Scene,
  pull: PullIssue,
  mention: {
    readonly person: Actor
    readonly text: string
    readonly on: Comment | null
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { world, settings, by } = scene
  const { person, text, on, signal } = mention
  if (on !== null) world.state.issues.react(on, 'eyes', by.actor)
  await withEvents(scene, { pull, person }, async () => {
    const key = `${pull.number} ${pull.pull.head.sha}`
    const [shortest, longest] = settings.works
    const share = seededDraw(settings.seed, 'again', pull.repository.fullName, key)
    await world.clock.sleep(shortest + share * (longest - shortest), signal)
    if (pull.state === 'closed') return false
    const { repository } = pull
    const source = world.state.pulls.closes(pull)[0] ?? pull
    const plan = planOf(scene, source, null)
    const branch = pull.pull.head.ref
    const commission = { repository, branch, person, message: `Address: ${firstLine(text)}` }
    if ((await world.pulls.mergeability(pull)) === 'CONFLICTING') {
      await resolveConflicts(world, commission, { pull, plan, by })
    }
    const answered = { ...plan, line: `// ${firstLine(text)}\n`, paths: plan.paths.slice(0, 1) }
    await commitChanges(world, commission, { plan: answered, isBroken: false, by })
    const short = pull.pull.head.sha.slice(0, 7)
    world.state.issues.comment(pull, `Done as asked, in ${short}.`, by)
    return true
  })
}

async function commissionOf(scene: Scene, assignment: Assignment): Promise<Commission> {
  const { issue, person, wish } = assignment
  const repository = wish?.targetRepository ?? issue.repository
  const git = scene.world.git.of(repository)
  const wanted = `copilot/${slugOf(issue.title)}`
  let branch = wanted
  for (let n = 2; (await git.branch(branch)) !== null; n += 1) branch = `${wanted}-${n}`
  return { repository, branch, person, message: issue.title }
}

async function openDraft(
  { world, by }: Scene,
  { issue, person, wish }: Assignment,
  { repository, branch }: Commission,
): Promise<PullIssue> {
  const base = wish?.baseRef ?? repository.defaultBranch
  if ((await world.git.of(repository).branch(base)) === null) {
    throw new Refusal(422, `the base branch ${base} does not exist`)
  }
  const first = { branch, from: base, files: {}, message: 'Initial plan' }
  await world.git.commitFiles(repository, first, by)
  const isHere = repository === issue.repository
  const reference = isHere ? `#${issue.number}` : `${issue.repository.fullName}#${issue.number}`
  const pull = await world.pulls.open(
    repository,
    {
      ...{ title: `[WIP] ${issue.title}`, head: branch, base, isDraft: true, requestedBy: person },
      body: `Thanks for asking me to work on this. I will get started on it.\n\nFixes ${reference}`,
    },
    by,
  )
  for (const assignee of [by.actor, person]) {
    world.state.issues.assign(pull, assignee, { by, assignment: null })
  }
  return pull
}

function present({ world, by }: Scene, pull: PullIssue, issue: Issue): void {
  const body = `${pull.body ?? ''}\n\nThe work is done and ready to be looked at.`
  world.state.issues.edit(pull, { title: issue.title, body }, by)
}

function planOf({ settings }: Scene, issue: Issue, wish: AgentAssignment | null): PlannedFiles {
  const title = isPull(issue) ? issue.title.replace(/^\[WIP\] /, '') : issue.title
  const body = `${issue.body ?? ''}\n${wish?.customInstructions ?? ''}`
  return drawChanges({ title, body, number: issue.number }, settings)
}

/** Started and finished as the timeline of the pull request shows them: in the person's name. */
async function withEvents(
  { world, by }: Scene,
  { pull, person }: { readonly pull: PullIssue; readonly person: Actor },
  work: () => Promise<boolean>,
): Promise<void> {
  const asPerson: By = { actor: person, app: by.app, token: null }
  const { issues, pulls } = world.state
  issues.note(pull, { event: 'copilot_work_started' }, asPerson)
  if (await work()) {
    issues.note(pull, { event: 'copilot_work_finished' }, asPerson)
    pulls.requestReview(pull, person, by)
  } else {
    issues.note(pull, { event: 'copilot_work_finished_failure' }, asPerson)
  }
}

const firstLine = (text: string): string =>
  text
    .replaceAll(/@copilot\b/gi, '')
    .trim()
    .split('\n', 1)
    .join('')
    .slice(0, 72)
