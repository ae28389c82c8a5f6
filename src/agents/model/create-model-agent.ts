import { createHash } from 'node:crypto'
import type { Agent, ModelClient, ModelReply } from '../../contracts/index.ts'
import { type JsonObject, storableText } from '../../shared/index.ts'
import { composePrompt, systemPrompt } from './compose-prompt.ts'
import { cutToBytes } from './cut-to-bytes.ts'

type ModelAgentOptions = {
  readonly name: string
  readonly client: ModelClient
  readonly defaultSlots: number
  /** The operator's own, added to the system prompt of every task. */
  readonly instructions?: string | undefined
  /**
   * The provider's base URL, so that another provider's cached answers are not taken for its own.
   * Leave it out where the address changes from start to start.
   */
  readonly endpoint?: string | undefined
}

/** An output is stored in the task's row: this many bytes of text at most. */
const longestText = 200_000

/**
 * Performs a task with one call of a model: the output is `{text, model, finishReason}`, and
 * `truncated: true` where the text is not whole; the cost is in `input_tokens` and `output_tokens`.
 * Failures are the client's.
 */
export function createModelAgent(options: ModelAgentOptions): Agent {
  const { name, client, defaultSlots } = options
  const system = systemPrompt(options.instructions)
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([client.id, system, bareUrl(options.endpoint)]))
    .digest('hex')
  return {
    name,
    defaultSlots,
    lanes: [{ name: `model:${client.id}`, capacity: client.concurrency }],
    perform: async (task, { signal }) => {
      const reply = await client.generate({ system, prompt: composePrompt(task), signal })
      return {
        output: outputOf(reply, client.id),
        cost: { input_tokens: reply.inputTokens, output_tokens: reply.outputTokens },
        simulated: client.simulated,
      }
    },
    fingerprint: async () => fingerprint,
    reuse: async (_task, output) => output,
  }
}

function outputOf(reply: ModelReply, model: string): JsonObject {
  const whole = storableText(reply.text)
  const text = cutToBytes(whole, longestText)
  const truncated = reply.finishReason === 'length' || text.length < whole.length
  const output = {
    text,
    model: storableText(model),
    finishReason: storableText(reply.finishReason),
  }
  return truncated ? { ...output, truncated } : output
}

/** Address without credentials, query and closing slash. */
function bareUrl(text: string | undefined): string | null {
  const url = text === undefined ? null : URL.parse(text)
  return url === null ? null : `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}
