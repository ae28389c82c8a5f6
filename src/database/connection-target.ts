import pg from 'pg'

/** Where a server is and who to be there. Holds the password: never log it. */
export type ConnectionTarget =
  | { readonly url: string }
  | {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password: string
      readonly database: string
    }

const int8 = 20

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  // Every bigint of ours is a count or a sequence below 2^53; pg's default would hand out strings.
  if (oid === int8 && format !== 'binary') return Number
  return format === 'binary'
    ? pg.types.getTypeParser(oid, format)
    : pg.types.getTypeParser(oid, 'text')
}

/** The settings that every connection of ours shares. */
export function clientConfig(target: ConnectionTarget, applicationName: string): pg.ClientConfig {
  const place = 'url' in target ? { connectionString: target.url } : target
  return {
    ...place,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types: { getTypeParser },
  }
}

export function connectionUrl(target: ConnectionTarget): string {
  if ('url' in target) return target.url
  const password = encodeURIComponent(target.password)
  return `postgres://${target.user}:${password}@${target.host}:${target.port}/${target.database}`
}
