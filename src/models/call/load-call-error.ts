import type { APICallError } from 'ai'

/**
 * How to tell a provider's refusal from other errors. The AI SDK is imported on first use: it takes
 * 0.13 s and 30 MB, which programs that call no model should not pay.
 */
export async function loadCallError(): Promise<(error: unknown) => error is APICallError> {
  const { APICallError } = await import('ai')
  // The documented switch; otherwise warnings of the library go to the terminal.
  globalThis.AI_SDK_LOG_WARNINGS = false
  return (error): error is APICallError => APICallError.isInstance(error)
}
