import { AppError } from '../../shared/index.ts'
import { createCaller } from '../call/create-caller.ts'
import { checkApiKey, parseEndpoint, refuseQuery } from '../call/endpoint.ts'
import type { AzureFoundrySettings, ProviderFactory } from '../contract.ts'
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
  const open = async () => {
    const { createAzure, isCallError } = await loadSdk()
    const secret = token === undefined ? (apiKey ?? '') : await token()
    const provider = createAzure({
      baseURL: baseUrl,
      ...(token === undefined ? { apiKey: secret } : { tokenProvider: async () => secret }),
      ...(apiVersion === undefined ? {} : { apiVersion, useDeploymentBasedUrls: true }),
    })
    return { model: provider.chat(model), isCallError, secrets: [secret] }
  }
  const call = createCaller({ id, baseUrl, timeoutMs, open, takesSchema: true }, ports)
  return { id, simulated: false, takesSchema: true, call }
}

const azureHosts = /\.(openai|cognitiveservices|services\.ai)\.azure\.com$/

/** The address above `/chat/completions`, or above `/deployments` where a version is given. */
function addressOf({ resource, baseUrl, apiVersion }: AzureFoundrySettings): string {
  const api = apiVersion === undefined ? 'openai/v1' : 'openai'
  if (baseUrl === undefined) {
    if (resource !== undefined && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(resource)) {
      return `https://${resource.toLowerCase()}.openai.azure.com/${api}`
    }
    const problem = `The Azure resource ${resource === undefined ? 'is not given' : `"${resource.slice(0, 80)}" is no host name`}`
    const remedy = 'give the first part of its host, such as my-resource, or the base URL'
    throw new AppError('config_invalid', `${problem}: ${remedy}.`)
  }
  const endpoint = parseEndpoint(baseUrl)
  refuseQuery(endpoint, 'give the version as API version instead')
  const { hostname, pathname } = new URL(endpoint.baseUrl)
  // The portal shows the bare host as the endpoint.
  const isBare = /^(\/|\/openai)$/.test(pathname) && azureHosts.test(hostname)
  return isBare ? `https://${hostname}/${api}` : endpoint.baseUrl
}
