import { type ChatRequest, messageText } from './openai/chat-request.ts'

/** Characters to a token: what English text averages with the common tokenizers. */
export const charactersPerToken = 4
/** Tokens a message costs beyond its text, and a request beyond its messages, as OpenAI counts. */
const perMessage = 4
const perRequest = 3

export function countTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken)
}

export function countPromptTokens(request: ChatRequest): number {
  return request.messages.reduce(
    (sum, message) => sum + perMessage + countTokens(messageText(message)),
    perRequest,
  )
}
