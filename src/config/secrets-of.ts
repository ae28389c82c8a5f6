import type { Config } from './config-schema.ts'

/** Every secret value of the configuration, to be kept out of logs and records. */
export function secretsOf({ model, models, databaseUrl, github }: Config): readonly string[] {
  const keys = Object.values(models).map((one) => ('apiKey' in one ? one.apiKey : undefined))
  const password = databaseUrl === undefined ? '' : (URL.parse(databaseUrl)?.password ?? '')
  const { token, userToken, appKey, webhookSecret } = github
  const credentials = [token, userToken, appKey, webhookSecret]
  return [model.apiKey, ...keys, ...credentials, password, decodeURIComponent(password)].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  )
}
