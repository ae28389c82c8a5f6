import { loadCallError } from '../call/load-call-error.ts'

/** Imported on first use; Node remembers it. */
export async function loadSdk() {
  const [isCallError, { createOpenAICompatible }] = await Promise.all([
    loadCallError(),
    import('@ai-sdk/openai-compatible'),
  ])
  return { createOpenAICompatible, isCallError }
}
