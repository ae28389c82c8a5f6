import { createHash } from 'node:crypto'
import * as z from 'zod'
import type {
  Agent,
  AgentResult,
  AgentTask,
  GatewayReply,
  ModelGateway,
  TaskRouting,
} from '../../contracts/index.ts'
import { AppError, type JsonObject, storableText } from '../../shared/index.ts'
import { asText, composePrompt, structuredRule, systemPrompt } from './compose-prompt.ts'
import { cutToBytes } from './cut-to-bytes.ts'
import { rateConfidence } from './rate-confidence.ts'

type ModelAgentOptions = {
  readonly name: string
  readonly gateway: ModelGateway
  readonly defaultSlots: number
  /** The operator's own words for a specialist, which go into the system prompt. */
  readonly instructions: (specialist: string, repository: string | null) => string | undefined
  /** What a model's answers depend on besides the prompt: its provider, its name there. */
  readonly identityOf: (model: string) => string
}

/** An output is stored in the task's row: this many bytes of text at most. */
const longestText = 200_000

const StructuredAnswer = z.object({
  result: z.string().min(1).describe('The deliverable, complete and ready to use'),
  confidence: z
    .number()
    .min(0)
    .max(1)
    .describe('How sure you are that the deliverable is correct and complete, 0 to 1'),
})

/**
 * Performs a task with one answer of a model: the output is `{text, model, specialist, …}`, and
 * `truncated: true` where the text is not whole; the cost is in `input_tokens`, `output_tokens` and,
 * where the price is known, `usd`. Failures are the gateway's.
 */
export function createModelAgent(options: ModelAgentOptions): Agent {
  const { name, gateway, defaultSlots } = options
  const systemOf = ({ subject, isStructured }: TaskRouting): string => {
    const system = systemPrompt(options.instructions(subject.specialist, subject.repository))
    return isStructured ? `${system}\n\n${structuredRule}` : system
  }
  return {
    name,
    defaultSlots,
    lanes: [],
    perform: async (task, { signal, gateway: context }) => {
      const routing = routingOf(task)
      const { subject, order, isStructured } = routing
      const prompt = composePrompt(task)
      const request = { subject, order, system: systemOf(routing), prompt }
      const reply = await gateway(
        isStructured ? { ...request, schema: StructuredAnswer } : request,
        { ...context, signal },
      )
      return reply === null ? null : resultOf(reply, routing)
    },
    fingerprint: async (task) => {
      const routing = routingOf(task)
      const [first] = routing.order
      const identity = first === undefined ? null : options.identityOf(first)
      // Of what came before, the prompt has the texts: times and costs beside them do not matter.
      const before = task.dependencies.map(({ taskId, output }) => [taskId, asText(output)])
      const facts = [identity, systemOf(routing), before]
      return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
    },
    reuse: async (_task, output) => output,
  }
}

function routingOf(task: AgentTask): TaskRouting {
  if (task.routing !== null) return task.routing
  throw new AppError('internal', `task ${task.taskId} came to a model without having been routed`)
}

function resultOf(reply: GatewayReply, routing: TaskRouting): AgentResult {
  const { inputTokens, outputTokens, costUsd, simulated } = reply
  const units = { input_tokens: inputTokens, output_tokens: outputTokens, usd: costUsd ?? NaN }
  return {
    output: outputOf(reply, routing),
    cost: Object.fromEntries(Object.entries(units).filter(([, amount]) => !Number.isNaN(amount))),
    simulated,
  }
}

function outputOf(
  reply: GatewayReply,
  { subject, retries, isStructured }: TaskRouting,
): JsonObject {
  const answer = isStructured ? StructuredAnswer.parse(reply.object) : null
  const whole = storableText(answer?.result ?? reply.text)
  const text = cutToBytes(whole, longestText)
  const { fallback, repaired = false } = reply
  const circumstances = { repaired, retries, fallback }
  return {
    text,
    model: reply.model,
    specialist: subject.specialist,
    confidence:
      answer === null ? null : rateConfidence({ ...circumstances, stated: answer.confidence }),
    finishReason: storableText(reply.finishReason),
    latencyMs: Math.round(reply.latencyMs * 10) / 10,
    tokens: { input: countOf(reply.inputTokens), output: countOf(reply.outputTokens) },
    costUsd: reply.costUsd,
    fallback,
    ...(reply.fallbackReason === undefined ? {} : { fallbackReason: reply.fallbackReason }),
    repaired,
    ...(reply.answeredBy === undefined ? {} : { answeredBy: storableText(reply.answeredBy) }),
    ...(reply.finishReason === 'length' || text.length < whole.length ? { truncated: true } : {}),
  }
}

/** A provider may leave its usage out. */
function countOf(tokens: number): number | null {
  return Number.isFinite(tokens) ? tokens : null
}
