import type { By, TokenKind } from '../state/actor.ts'
import type { Comment, Issue } from '../state/entities.ts'
import type { Happened } from '../state/happened.ts'
import { isPull } from '../state/pulls.ts'
import type { World } from '../world.ts'
import { type CopilotOptions, withDefaults } from './copilot-options.ts'
import { performAssignment, performMention, type Scene } from './perform-session.ts'
import { Sessions } from './sessions.ts'

export type SimulatedCopilot = AsyncDisposable & {
  /** Resolves when no session is under way or waits. */
  readonly idle: () => Promise<void>
  /** What went wrong that is no part of the simulation. */
  readonly failures: () => readonly unknown[]
}

/** Whose assignment and whose words it heeds: people's. An app's token assigns it to no avail. */
const userTokens: ReadonlySet<TokenKind | null> = new Set([
  ...(['classic', 'fine_grained', 'user_to_server'] as const),
  null,
])
const mentionsIt = /(?<![\w@/])@copilot\b/i

/** Picks up issues assigned to it and opens draft pull requests, until it is disposed. */
export function startCopilot(world: World, options: CopilotOptions = {}): SimulatedCopilot {
  const settings = withDefaults(options)
  const { copilot, copilotApp } = world.state.actors
  const scene = { world, settings, by: { actor: copilot, app: copilotApp, token: null } }
  const sessions = new Sessions(settings.sessions)
  const stopListening = world.state.on(listener(scene, sessions))
  return {
    idle: () => sessions.idle(),
    failures: () => sessions.failures(),
    [Symbol.asyncDispose]: async () => {
      stopListening()
      await sessions.end()
    },
  }
}

function listener(scene: Scene, sessions: Sessions): (happened: Happened) => void {
  const { copilot } = scene.world.state.actors
  const tries = new Map<Issue, number>()
  return (happened) => {
    switch (happened.kind) {
      case 'issue.assigned': {
        if (happened.assignee !== copilot) break
        const before = tries.get(happened.issue) ?? 0
        if (begin(scene, sessions, { happened, before })) tries.set(happened.issue, before + 1)
        break
      }
      case 'issue.unassigned':
        if (happened.assignee === copilot) sessions.stop(happened.issue)
        break
      case 'comment.created': {
        const { comment, by } = happened
        mentioned(scene, sessions, { issue: comment.issue, by, text: comment.body, on: comment })
        break
      }
      case 'review.submitted': {
        const { review, by } = happened
        mentioned(scene, sessions, { issue: review.issue, by, text: review.body, on: null })
        break
      }
      default:
    }
  }
}

function begin(
  scene: Scene,
  sessions: Sessions,
  given: {
    readonly happened: Extract<Happened, { kind: 'issue.assigned' }>
    readonly before: number
  },
): boolean {
  const { issue, by, assignment } = given.happened
  const { actor: person, token } = by
  const isHeeded =
    !isPull(issue) && person.type === 'User' && userTokens.has(token) && !sessions.isBusy(issue)
  if (!isHeeded || !issue.repository.hasCopilot) return false
  sessions.begin(issue, person, async (signal) => {
    const wish = { issue, person, wish: assignment, tries: given.before, signal }
    await performAssignment(scene, wish)
  })
  return true
}

function mentioned(
  scene: Scene,
  sessions: Sessions,
  said: {
    readonly issue: Issue
    readonly by: By
    readonly text: string
    readonly on: Comment | null
  },
): void {
  const { issue, text, on } = said
  const { actor: person, token } = said.by
  const { actors } = scene.world.state
  if (!isPull(issue) || issue.author !== actors.copilot || issue.state === 'closed') return
  if (!mentionsIt.test(text) || !userTokens.has(token) || person.type !== 'User') return
  if (!actors.may(person, issue.repository, 'write')) return
  sessions.begin(issue, person, async (signal) => {
    await performMention(scene, issue, { person, text, on, signal })
  })
}
