import { parseRequest } from '../parse-request.ts'
import type { Protocol } from '../protocol.ts'
import { ChatRequest } from './chat-request.ts'
import { writeStream, writeWhole } from './write-completion.ts'

/** OpenAI's chat completions. */
export const openAiProtocol: Protocol = {
  name: 'openai',
  path: '/v1/chat/completions',
  // Azure's clients send `api-key`.
  keyOf: ({ headers }) => {
    const key = headers['api-key'] ?? headers.authorization?.replace(/^Bearer /i, '')
    return typeof key === 'string' ? key : undefined
  },
  read: (json) => {
    const parsed = parseRequest(ChatRequest, json)
    return 'error' in parsed ? parsed : { chat: parsed.body }
  },
  writeWhole,
  writeStream,
  errorBody: ({ message, type, code, param }) => ({
    error: { message, type, param: param ?? null, code },
  }),
}
