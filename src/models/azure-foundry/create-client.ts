import { createCaller, type OpenModel } from '../call/create-caller.ts'
import { checkApiKey } from '../call/endpoint.ts'
import type { AzureFoundrySettings, ProviderFactory } from '../contract.ts'
import { addressOf } from './address-of.ts'
import { loadSdk } from './load-sdk.ts'
import { tokenSource } from './token-source.ts'

/** A deployment in Azure AI Foundry (or Azure OpenAI), by key or by the process's identity. */
export const createAzureFoundryClient: ProviderFactory<AzureFoundrySettings> = (
  settings,
  ports,
) => {
  const { apiKey, model, apiVersion, timeoutMs } = settings
  checkApiKey(apiKey)
  const baseUrl = addressOf(settings)
  const id = `azure-foundry/${model}`
  const token = apiKey === undefined ? tokenSource(ports.azureCredential) : undefined
  const openWith = async (secret: string): Promise<OpenModel> => {
    const { createAzure, isCallError } = await loadSdk()
    const provider = createAzure({
      baseURL: baseUrl,
      ...(token === undefined ? { apiKey: secret } : { tokenProvider: async () => secret }),
      ...(apiVersion === undefined ? {} : { apiVersion, useDeploymentBasedUrls: true }),
    })
    return { model: provider.chat(model), isCallError, secrets: [secret] }
  }
  // A token lives for an hour or so, and the model that was built with it as long.
  let built: { readonly secret: string; readonly model: OpenModel } | undefined
  const open = async (): Promise<OpenModel> => {
    const secret = token === undefined ? (apiKey ?? '') : await token()
    if (built?.secret !== secret) built = { secret, model: await openWith(secret) }
    return built.model
  }
  // A deployment's name does not tell a reasoning model, which would refuse `max_tokens`.
  const connection = { id, baseUrl, timeoutMs, open, takesSchema: true, newLimit: true }
  const call = createCaller(connection, ports)
  return { id, simulated: false, takesSchema: true, call }
}
