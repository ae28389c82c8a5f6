import type { ServerResponse } from 'node:http'
import type { Completion, Pause } from '../protocol.ts'

/** Says in every answer that no model was asked. */
const systemFingerprint = 'fp_simulated'
/** Into how many pieces a streamed text is cut. */
const pieces = 8

export function writeWhole(response: ServerResponse, completion: Completion): void {
  const { id, created, chat, reply } = completion
  const message = { role: 'assistant', content: reply.text, refusal: null }
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created,
      model: chat.model,
      system_fingerprint: systemFingerprint,
      choices: [{ index: 0, message, logprobs: null, finish_reason: reply.finishReason }],
      usage: reply.usage,
    }),
  )
}

/** Sends the text in pieces, `pause` between two of them. */
export async function writeStream(
  response: ServerResponse,
  completion: Completion,
  pause: Pause,
): Promise<void> {
  const { id, created, chat, reply } = completion
  const withUsage = chat.stream_options?.include_usage === true
  const send = (choices: readonly object[], usage: Completion['reply']['usage'] | null): void => {
    const head = {
      id: `chatcmpl-${id}`,
      object: 'chat.completion.chunk',
      created,
      model: chat.model,
    }
    const chunk = { ...head, system_fingerprint: systemFingerprint, choices }
    response.write(`data: ${JSON.stringify(withUsage ? { ...chunk, usage } : chunk)}\n\n`)
  }
  const choice = (delta: object, finishReason: string | null = null): readonly object[] => [
    { index: 0, delta, logprobs: null, finish_reason: finishReason },
  ]
  response.setHeader('content-type', 'text/event-stream')
  response.setHeader('cache-control', 'no-cache')
  send(choice({ role: 'assistant', content: '' }), null)
  for (const content of cut(reply.text)) {
    await pause(1 / pieces)
    send(choice({ content }), null)
  }
  send(choice({}, reply.finishReason), null)
  if (withUsage) send([], reply.usage)
  response.end('data: [DONE]\n\n')
}

function cut(text: string): readonly string[] {
  const characters = Array.from(text)
  const length = Math.max(1, Math.ceil(characters.length / pieces))
  return Array.from({ length: Math.ceil(characters.length / length) }, (_, index) =>
    characters.slice(index * length, (index + 1) * length).join(''),
  )
}
