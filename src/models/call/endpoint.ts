import { AppError } from '../../shared/index.ts'

export type Endpoint = {
  /** Without query. */
  readonly baseUrl: string
  /** Sent with every call, such as Azure's `api-version`. */
  readonly query: Readonly<Record<string, string>>
}

/** Throws `config_invalid` for what is no HTTP address, and for credentials in one. */
export function parseEndpoint(text: string): Endpoint {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = text.replace(/\/\/[^/@]*@/, '//…@').slice(0, 200)
    const remedy = 'give an http or https address such as https://api.openai.com/v1'
    throw new AppError('config_invalid', `The model provider's base URL "${shown}": ${remedy}.`)
  }
  if (url.username !== '' || url.password !== '') {
    const problem = `The model provider's base URL for ${url.host} holds credentials`
    throw new AppError('config_invalid', `${problem}: give the key as API key instead.`)
  }
  return {
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    query: Object.fromEntries(url.searchParams),
  }
}

/** Throws `config_invalid` where the protocol has no place for a query. */
export function refuseQuery({ baseUrl, query }: Endpoint, remedy: string): void {
  if (Object.keys(query).length === 0) return
  const problem = `The model provider's base URL ${baseUrl} comes with a query`
  throw new AppError('config_invalid', `${problem}: ${remedy}.`)
}

/** Throws `config_invalid` for a key that no HTTP header can carry; the key is not shown. */
export function checkApiKey(apiKey: string | undefined): void {
  if (apiKey === undefined || /^[\x21-\x7e]+$/.test(apiKey)) return
  const problem = "The model provider's API key is empty or holds blanks or other odd characters"
  throw new AppError('config_invalid', `${problem}: check for a line break copied along.`)
}
