import {
  type ModelReply,
  type ModelRequest,
  type ModelUsage,
  type OutputSchema,
  PaidModelError,
} from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import type { CallRequest } from '../call/call-request.ts'
import { excerpt } from '../call/excerpt.ts'
import type { ProviderClient } from '../contract.ts'
import { type PreparedSchema, prepareSchema } from './output-format.ts'
import { parseAnswer } from './parse-answer.ts'

type StructuredRequest = ModelRequest & { readonly schema: OutputSchema }

/** How much of an answer that did not fit is shown to the model again. */
const longestShown = 8000

/**
 * An answer that fits a schema, over any provider. What the provider promises is not relied on: the
 * answer is checked here, and one that does not fit goes back once with what is wrong. Throws
 * `model_output_invalid` when the second does not fit either; both calls' tokens are summed up.
 */
export async function generateStructured(
  client: ProviderClient,
  { schema, beforeRepair, ...request }: StructuredRequest,
): Promise<ModelReply> {
  const prepared = prepareSchema(schema)
  const first = await client.call(firstRequest(client, request, prepared))
  const parsed = await parseAnswer(first.text, prepared.judge)
  if ('object' in parsed) return { ...first, object: parsed.object, repaired: false }
  const problem = withCut(parsed.problem, first)
  const again = repairRequest(request, prepared, { text: first.text, problem })
  const repair = async (): Promise<ModelReply> => {
    await beforeRepair?.({ paid: first, system: again.system, prompt: again.prompt })
    return await client.call(again)
  }
  const second = await repair().catch((error: unknown) => {
    throw alsoPaid(error, first)
  })
  const usage = sum(first, second)
  const judged = await parseAnswer(second.text, prepared.judge)
  if ('object' in judged) return { ...second, ...usage, object: judged.object, repaired: true }
  const reason = excerpt(withCut(judged.problem, second))
  const message = `${client.id} twice gave an answer that does not fit its schema (${reason})`
  const hint = client.ifSchemaIgnored === undefined ? '' : ` Or ${client.ifSchemaIgnored}.`
  const remedy = `worth another try, or choose a stronger model.${hint}`
  throw new PaidModelError('model_output_invalid', `${message}: ${remedy}`, { usage })
}

function firstRequest(
  { takesSchema }: ProviderClient,
  request: ModelRequest,
  { format }: PreparedSchema,
): CallRequest {
  if (takesSchema) return { ...request, format }
  return { ...request, system: `${request.system}\n\n${demand(format.schema)}` }
}

function repairRequest(
  request: ModelRequest,
  { format }: PreparedSchema,
  { text, problem }: { readonly text: string; readonly problem: string },
): CallRequest {
  const shown = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
  const prompt = [
    request.prompt,
    `An earlier answer to this did not fit: ${problem}.`,
    // Quoted, so that nothing in it passes for a part of the request.
    `That answer was, as a JSON string: ${JSON.stringify(shown.toWellFormed())}`,
    demand(format.schema),
  ]
  return { ...request, prompt: prompt.join('\n\n'), format }
}

const demand = (schema: object): string =>
  `Answer with JSON alone, no other words, that fits this JSON schema:\n${JSON.stringify(schema)}`

function withCut(problem: string, { finishReason }: ModelReply): string {
  return finishReason === 'length' ? `${problem}, and it was cut off: be shorter` : problem
}

const sum = (one: ModelUsage, other: ModelUsage): ModelUsage => ({
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
})

/** The failure of the second call, with the first one's tokens. */
function alsoPaid(error: unknown, first: ModelUsage): unknown {
  if (!(error instanceof AppError)) return error
  const usage = error instanceof PaidModelError ? sum(first, error.usage) : sum(first, nothing)
  const { code, message, isRetryable, retryAfterMs } = error
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new PaidModelError(code, message, { isRetryable, ...wait, usage, cause: error })
}

const nothing: ModelUsage = { inputTokens: 0, outputTokens: 0 }
