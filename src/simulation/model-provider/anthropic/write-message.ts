import type { ServerResponse } from 'node:http'
import type { Completion } from '../protocol.ts'

const stopReasons = { stop: 'end_turn', length: 'max_tokens', content_filter: 'refusal' } as const

export function writeMessage(response: ServerResponse, completion: Completion): void {
  const { id, chat, reply } = completion
  const content = contentOf(completion)
  const called = content.some(({ type }) => type === 'tool_use')
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      id: `msg_${id}`,
      type: 'message',
      role: 'assistant',
      model: chat.model,
      content,
      stop_reason: called ? 'tool_use' : stopReasons[reply.finishReason],
      stop_sequence: null,
      usage: {
        input_tokens: reply.usage.prompt_tokens,
        output_tokens: reply.usage.completion_tokens,
      },
    }),
  )
}

type Block =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool_use'
      readonly id: string
      readonly name: string
      readonly input: unknown
    }

/** A text that was cut is no JSON any more; a tool's input has to be, so it stays text. */
function contentOf({ id, toolName, reply }: Completion): readonly Block[] {
  const { text, finishReason } = reply
  if (text === '') return []
  if (toolName === undefined || finishReason !== 'stop') return [{ type: 'text', text }]
  return [{ type: 'tool_use', id: `toolu_${id}`, name: toolName, input: JSON.parse(text) }]
}
