import type { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { APICallError } from 'ai'

export type Sdk = {
  readonly createOpenAICompatible: typeof createOpenAICompatible
  readonly APICallError: typeof APICallError
}

let loading: Promise<Sdk> | undefined

/**
 * The AI SDK, imported on first use: it takes 0.13 s and 30 MB, which programs that call no model
 * should not pay.
 */
export function loadSdk(): Promise<Sdk> {
  loading ??= importSdk()
  return loading
}

/** Loads what the first call would otherwise wait for. */
export async function prepareModels(): Promise<void> {
  await loadSdk()
}

async function importSdk(): Promise<Sdk> {
  const [ai, compatible] = await Promise.all([import('ai'), import('@ai-sdk/openai-compatible')])
  // The documented switch; otherwise warnings of the library go to the terminal.
  globalThis.AI_SDK_LOG_WARNINGS = false
  return {
    createOpenAICompatible: compatible.createOpenAICompatible,
    APICallError: ai.APICallError,
  }
}
