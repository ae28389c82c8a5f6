import * as z from 'zod'
import type {
  Agent,
  AgentTask,
  ModelGateway,
  TaskRouting,
  WorkDelivery,
  WorkPlace,
} from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { composePrompt, systemPrompt } from '../model/compose-prompt.ts'

type PullAgentOptions = {
  readonly name: string
  readonly gateway: ModelGateway
  readonly delivery: WorkDelivery
  readonly defaultSlots: number
  /** The operator's own words for a specialist, which go into the system prompt. */
  readonly instructions: (specialist: string, repository: string | null) => string | undefined
}

/** What a model has to answer: the change itself, as whole files. */
const FilesAnswer = z.object({
  summary: z
    .string()
    .min(1)
    .max(5000)
    .describe('What the change does: one line of at most 70 characters, then the details'),
  files: z
    .array(
      z.object({
        path: z
          .string()
          .min(1)
          .max(500)
          .describe('Path of the file, from the root of the repository'),
        content: z.string().max(400_000).describe('All of the file as it is to be'),
      }),
    )
    .min(1)
    .max(50)
    .describe('Every file that is made or changed, whole'),
})

const filesRule = `Answer with the change itself: every file that you make or change, whole, with its
path from the root of the repository. Change nothing under .github and nothing that the task does not
ask for. You cannot run anything, push or merge; a pull request is opened from your answer.`

/**
 * Performs a task with one answer of a model that becomes a branch and a pull request, through the
 * gate. The task is parked until the pull request is merged or closed.
 */
export function createPullAgent(options: PullAgentOptions): Agent {
  const { name, gateway, delivery, defaultSlots } = options
  return {
    name,
    defaultSlots,
    lanes: [],
    perform: async (task, context) => {
      const routing = routingOf(task)
      const place = await delivery.place(task, context)
      if ('parked' in place) return place
      const { subject, order } = routing
      const own = systemPrompt(options.instructions(subject.specialist, place.repository))
      const reply = await gateway(
        {
          ...{ subject, order },
          system: `${own}\n\n${filesRule}`,
          prompt: composePrompt(withFeedback(task, place)),
          schema: FilesAnswer,
        },
        { ...context.gateway, signal: context.signal },
      )
      if (reply === null) return null
      const { summary, files } = FilesAnswer.parse(reply.object)
      const { simulated } = reply
      return await delivery.deliver(
        task,
        { place, delivery: { summary, files, simulated } },
        context,
      )
    },
    // What is delivered depends on the state of a repository that changes all the time.
    fingerprint: async () => null,
    reuse: async () => null,
  }
}

function withFeedback(task: AgentTask, { feedback, round }: WorkPlace): AgentTask {
  if (feedback === null) return task
  const heading = `An earlier version of this change came back (round ${round}). What was said of it:`
  return { ...task, instructions: `${task.instructions}\n\n${heading}\n\n${feedback}` }
}

function routingOf(task: AgentTask): TaskRouting {
  if (task.routing !== null) return task.routing
  throw new AppError('internal', `task ${task.taskId} came to a model without having been routed`)
}
