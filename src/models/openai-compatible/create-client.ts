import type { ModelClientFactory, OpenAiCompatibleSettings } from '../contract.ts'
import { createChatClient } from './create-chat-client.ts'

/** Any endpoint of that protocol: OpenAI, Ollama, vLLM and many more. */
export const createOpenAiCompatibleClient: ModelClientFactory<OpenAiCompatibleSettings> = (
  settings,
  ports,
) => createChatClient({ ...settings, label: 'openai-compatible', simulated: false }, ports)
