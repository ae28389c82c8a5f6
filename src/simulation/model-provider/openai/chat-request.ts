import * as z from 'zod'

const Content = z.union([
  z.string(),
  z.array(z.object({ type: z.string(), text: z.string().optional() })),
])

const Message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: Content.nullish(),
})

const JsonSchemaFormat = z.object({
  type: z.literal('json_schema'),
  json_schema: z.object({ name: z.string(), schema: z.record(z.string(), z.json()) }),
})

/** What the simulated provider reads of a chat completion request; it ignores all else. */
export const ChatRequest = z.object({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('json_object') }),
      JsonSchemaFormat,
    ])
    .nullish(),
})
export type ChatRequest = z.infer<typeof ChatRequest>

export function messageText(message: ChatRequest['messages'][number]): string {
  const { content } = message
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('\n')
}
