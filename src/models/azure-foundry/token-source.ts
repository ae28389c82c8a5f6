import type { TokenCredential } from '@azure/identity'
import { AppError } from '../../shared/index.ts'

const scope = 'https://cognitiveservices.azure.com/.default'

/**
 * Tokens of an Azure identity, kept until shortly before they expire. `@azure/identity` is loaded on
 * first use: 0.3 s that only those without a key should pay. Throws `model_auth`.
 */
export function tokenSource(credential: TokenCredential | undefined): () => Promise<string> {
  let source: Promise<() => Promise<string>> | undefined
  return async () => {
    source ??= openSource(credential)
    const ask = await source
    try {
      return await ask()
    } catch (error) {
      throw noToken(error)
    }
  }
}

async function openSource(credential: TokenCredential | undefined): Promise<() => Promise<string>> {
  const { DefaultAzureCredential, getBearerTokenProvider } = await import('@azure/identity')
  return getBearerTokenProvider(credential ?? new DefaultAzureCredential(), scope)
}

/** The library's message lists every way it tried, over many lines; its name says which kind. */
function noToken(error: unknown): AppError {
  const kind = error instanceof Error && /^\w{1,60}$/.test(error.name) ? ` (${error.name})` : ''
  const remedy =
    'give an API key, or sign in: az login, a managed identity, or AZURE_CLIENT_ID and its kin'
  return new AppError('model_auth', `Azure gave this process no token${kind}: ${remedy}.`)
}
