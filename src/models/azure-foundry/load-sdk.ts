import { loadCallError } from '../call/load-call-error.ts'

/** Imported on first use; Node remembers it. */
export async function loadSdk() {
  const [isCallError, { createAzure }] = await Promise.all([
    loadCallError(),
    import('@ai-sdk/azure'),
  ])
  return { createAzure, isCallError }
}
