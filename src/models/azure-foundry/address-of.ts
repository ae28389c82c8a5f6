import { AppError } from '../../shared/index.ts'
import { parseEndpoint, refuseQuery } from '../call/endpoint.ts'
import type { AzureFoundrySettings } from '../contract.ts'

const azureHosts = /\.(openai|cognitiveservices|services\.ai)\.azure\.com$/

/** The address above `/chat/completions`, or above `/deployments` where a version is given. */
export function addressOf({ resource, baseUrl, apiVersion }: AzureFoundrySettings): string {
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
