import * as z from 'zod'
import type { ReadRequest } from '../protocol.ts'

const TextBlock = z.object({ type: z.literal('text'), text: z.string() })
const Text = z.union([z.string(), z.array(TextBlock)])
const Schema = z.record(z.string(), z.json())

/** What the simulated provider reads of a Messages request; it ignores all else. */
export const MessagesRequest = z.object({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  system: Text.nullish(),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: Text })).min(1),
  stream: z.literal(false, { error: 'the simulation does not stream here' }).nullish(),
  output_config: z
    .object({ format: z.object({ type: z.literal('json_schema'), schema: Schema }).nullish() })
    .nullish(),
  tools: z.array(z.object({ name: z.string(), input_schema: Schema.optional() })).nullish(),
  tool_choice: z.object({ type: z.string(), name: z.string().optional() }).nullish(),
})
export type MessagesRequest = z.infer<typeof MessagesRequest>

/** In OpenAI's form. A tool that must be called is how some models are asked for JSON. */
export function toChat(request: MessagesRequest): ReadRequest {
  const { model, max_tokens, system, messages } = request
  const tool = forcedTool(request)
  const schema = request.output_config?.format?.schema ?? tool?.input_schema
  return {
    chat: {
      model,
      max_tokens,
      messages: [
        ...(system == null ? [] : [{ role: 'system' as const, content: textOf(system) }]),
        ...messages.map(({ role, content }) => ({ role, content: textOf(content) })),
      ],
      ...(schema === undefined
        ? {}
        : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } }),
    },
    ...(tool === undefined ? {} : { toolName: tool.name }),
  }
}

function forcedTool({ tools, tool_choice }: MessagesRequest) {
  if (tool_choice?.type === 'any') return tools?.[0]
  if (tool_choice?.type !== 'tool') return undefined
  return tools?.find(({ name }) => name === tool_choice.name)
}

const textOf = (content: z.infer<typeof Text>): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')
