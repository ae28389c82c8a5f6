import * as z from 'zod'
import type { RunOptions } from '../../contracts/index.ts'
import { inspectMarkers, judgeEvent } from '../../policy/index.ts'
import { countDeliveries, type DeliveryRow, wakeGitHubRuns } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'
import type { GitHubParts } from './github-parts.ts'
import { loopRules } from './loop-rules.ts'
import { type Order, obeyCommand } from './obey-command.ts'
import { readCommand } from './read-command.ts'
import { startIssueRun } from './start-issue-run.ts'

const Text = z.object({
  number: z.number(),
  body: z.string().nullish(),
  labels: z.array(z.object({ name: z.string() })).nullish(),
  pull_request: z.unknown().optional(),
})
const Payload = z.object({
  action: z.string().optional(),
  repository: z.object({ full_name: z.string() }),
  sender: z.object({ id: z.number(), login: z.string(), type: z.string() }).nullish(),
  issue: Text.optional(),
  pull_request: Text.optional(),
  comment: z.object({ body: z.string().nullish() }).optional(),
  label: z.object({ name: z.string() }).nullish(),
  check_run: z.object({ pull_requests: z.array(z.object({ number: z.number() })) }).optional(),
  check_suite: z.object({ pull_requests: z.array(z.object({ number: z.number() })) }).optional(),
})
type Payload = z.infer<typeof Payload>

export type Handled = {
  readonly state: 'done' | 'ignored'
  readonly verdict: string
  readonly reasons: readonly string[]
}

/** What follows from a delivery. Throws what may go better another time. */
export async function handleDelivery(
  parts: GitHubParts,
  delivery: DeliveryRow,
  { ownActors, signal }: { readonly ownActors: readonly number[]; readonly signal: AbortSignal },
): Promise<Handled> {
  const parsed = Payload.safeParse(delivery.body)
  if (!parsed.success) {
    return {
      state: 'ignored',
      verdict: 'foreign',
      reasons: ['its body has no shape that is known'],
    }
  }
  const payload = parsed.data
  const repository = payload.repository.full_name
  if (!parts.config.github.repositories.includes(repository)) {
    return { state: 'ignored', verdict: 'foreign', reasons: [`${repository} is not watched`] }
  }
  const woken = await wakeGitHubRuns(parts.pool, { repository, numbers: numbersOf(payload) })
  const trigger = triggerOf(parts, delivery.event, payload)
  const order = orderOf(delivery.event, payload, ownActors)
  const asked = trigger ?? order?.asked ?? null
  if (asked === null) {
    const reasons = [woken > 0 ? `woke ${woken} runs` : 'nothing follows from it']
    return { state: woken > 0 ? 'done' : 'ignored', verdict: 'foreign', reasons }
  }
  const judged = await judge(parts, { delivery, payload, asked, ownActors })
  const { verdict, reasons } = judged
  // What stops something is heard in the middle of a loop too.
  const isHeard =
    verdict === 'foreign' ||
    (verdict === 'loop' && order !== null && order.command.name !== 'approve')
  if (!isHeard) {
    audit(parts, { delivery, repository, judged })
    return { state: 'ignored', verdict, reasons }
  }
  if (order !== null) return await obey(parts, { repository, order, reasons, signal })
  if (trigger === null) return { state: 'ignored', verdict, reasons }
  return await begin(parts, { repository, trigger, payload, reasons, signal })
}

/** A text that asks for something, and where it stands. */
type Asked = {
  readonly issue: number
  /** Its markers tell where it came from. */
  readonly text: string
  readonly purpose: string
}

type Trigger = Asked & { readonly level?: RunOptions['level'] }

/** What asks for a run: the trigger label, or the command in a comment. */
function triggerOf({ config }: GitHubParts, event: string, payload: Payload): Trigger | null {
  const { action, issue, label, comment } = payload
  if (issue === undefined || issue.pull_request !== undefined) return null
  const { number, body } = issue
  const isLabel = (name: string): boolean =>
    name.toLowerCase() === config.github.label.toLowerCase()
  if (event === 'issues') {
    const isLabelled = action === 'labeled' && label != null && isLabel(label.name)
    const isOpened = action === 'opened' && (issue.labels ?? []).some(({ name }) => isLabel(name))
    if (isLabelled || isOpened) return { issue: number, text: body ?? '', purpose: 'issue.create' }
  }
  if (event === 'issue_comment' && action === 'created') {
    const text = comment?.body ?? ''
    const command = readCommand(text)
    if (command?.name === 'run') {
      return { issue: number, text, purpose: 'issue.comment', level: command.level }
    }
  }
  return null
}

type GivenOrder = Omit<Order, 'repository' | 'issue'> & { readonly asked: Asked }

/** What a new comment orders to be done with an effect or a run that is there. */
function orderOf(event: string, payload: Payload, ownActors: readonly number[]): GivenOrder | null {
  const { action, issue, comment, sender } = payload
  if (event !== 'issue_comment' || action !== 'created' || issue === undefined) return null
  const text = comment?.body ?? ''
  const command = readCommand(text)
  if (command === null || command.name === 'run') return null
  return {
    command,
    asked: { issue: issue.number, text, purpose: 'issue.comment' },
    login: sender?.login ?? 'somebody who is not named',
    isPerson: sender?.type === 'User' && !ownActors.includes(sender.id),
  }
}

type Obeying = {
  readonly repository: string
  readonly order: GivenOrder
  readonly reasons: readonly string[]
  readonly signal: AbortSignal
}

async function obey(
  parts: GitHubParts,
  { repository, order, reasons, signal }: Obeying,
): Promise<Handled> {
  const { asked, command, login, isPerson } = order
  const { issue } = asked
  try {
    const done = await obeyCommand(parts, { repository, issue, command, login, isPerson }, signal)
    return { state: 'done', verdict: 'foreign', reasons: [done, ...reasons] }
  } catch (error) {
    if (!(error instanceof AppError) || error.isRetryable) throw error
    const refused = [error.message]
    parts.audit.record({
      event: 'GitHub_Command_Refused',
      actor: login,
      repository,
      action: `Command.${command.name}`,
      result: 'DENIED',
      details: { issue, code: error.code, reasons: refused },
    })
    return { state: 'ignored', verdict: 'foreign', reasons: refused }
  }
}

type Judging = {
  readonly delivery: DeliveryRow
  readonly payload: Payload
  readonly asked: Asked
  readonly ownActors: readonly number[]
}

const kinds = ['User', 'Bot', 'Mannequin', 'Organization'] as const

async function judge(
  { pool, markerSecret, config }: GitHubParts,
  { delivery, payload, asked, ownActors }: Judging,
) {
  const { sender } = payload
  const repository = payload.repository.full_name
  const about = { repository, event: delivery.event, issue: asked.issue }
  return judgeEvent(
    {
      actor:
        sender == null
          ? null
          : {
              ...{ id: sender.id, login: sender.login },
              kind: kinds.find((kind) => kind === sender.type) ?? 'User',
            },
      markers: inspectMarkers(asked.text, markerSecret),
      place: { repository, purpose: asked.purpose, number: asked.issue },
      objectEventsThisHour: await countDeliveries(pool, about),
    },
    loopRules(config, ownActors),
  )
}

type Beginning = {
  readonly repository: string
  readonly trigger: Trigger
  readonly payload: Payload
  readonly reasons: readonly string[]
  readonly signal: AbortSignal
}

async function begin(
  parts: GitHubParts,
  { repository, trigger, payload, reasons, signal }: Beginning,
): Promise<Handled> {
  const { issue, level } = trigger
  const requestedBy = payload.sender?.login ?? null
  try {
    if (requestedBy === null) throw new AppError('forbidden', 'nobody is named who asks for it')
    const start = { repository, issue, requestedBy, level }
    const { run, created } = await startIssueRun(parts, start, signal)
    const done = created ? `began run ${run.id}` : `run ${run.id} is open already`
    return { state: 'done', verdict: 'foreign', reasons: [done, ...reasons] }
  } catch (error) {
    if (!(error instanceof AppError) || error.isRetryable) throw error
    const refused = {
      verdict: error.code === 'loop_stopped' ? 'loop' : 'foreign',
      reasons: [error.message],
    }
    parts.audit.record({
      event: 'GitHub_Run_Refused',
      actor: requestedBy ?? 'anonymous',
      repository,
      action: 'SubmitRun',
      result: 'DENIED',
      details: { issue, code: error.code, reasons: refused.reasons },
    })
    return { state: 'ignored', ...refused }
  }
}

function audit(
  parts: GitHubParts,
  about: {
    readonly delivery: DeliveryRow
    readonly repository: string
    readonly judged: {
      readonly verdict: string
      readonly confidence: number
      readonly reasons: readonly string[]
    }
  },
): void {
  const { delivery, repository, judged } = about
  const { verdict, confidence, reasons } = judged
  parts.audit.record({
    event: 'GitHub_Event_Judged',
    actor: delivery.sender ?? 'anonymous',
    repository,
    action: `${delivery.event}.${delivery.action ?? ''}`,
    result: 'DENIED',
    details: { delivery: delivery.guid, verdict, confidence, reasons: [...reasons] },
  })
}

/** Issues and pull requests that a delivery is about. */
function numbersOf({ issue, pull_request: pull, check_run: run, check_suite: suite }: Payload) {
  const checked = [...(run?.pull_requests ?? []), ...(suite?.pull_requests ?? [])]
  const found = [issue, pull, ...checked].flatMap((one) => (one === undefined ? [] : [one.number]))
  return [...new Set(found)]
}
