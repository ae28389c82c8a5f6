import { createVerify } from 'node:crypto'
import type { App, Token } from '../state/actor.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../world.ts'

/** An app may name itself by its client id too. */
const clientPrefix = 'Iv23.simulated'

export type Credentials =
  | { readonly token: Token; readonly app: null }
  | { readonly token: null; readonly app: App }

/** Who sends the request. 401 as GitHub words it. */
export function authenticate(world: World, header: string | undefined): Credentials {
  const value = credentialOf(header)
  if (value === null) throw new Refusal(401, 'Requires authentication')
  if (value.split('.').length === 3) return { token: null, app: appOf(world, value) }
  const token = world.state.actors.token(value)
  if (token === undefined) throw new Refusal(401, 'Bad credentials')
  return { token, app: null }
}

function credentialOf(header: string | undefined): string | null {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(header?.trim() ?? '') ?? []
  switch (scheme.toLowerCase()) {
    case 'token':
    case 'bearer':
      return value
    case 'basic':
      return Buffer.from(value, 'base64').toString('utf8').split(':')[1] ?? ''
    default:
      return null
  }
}

/** The app that signed the JWT, valid at most ten minutes of simulated time. */
function appOf(world: World, jwt: string): App {
  const [head = '', claims = '', signature = ''] = jwt.split('.')
  const { iss, iat, exp } = parseClaims(claims)
  const app = world.state.actors.app(Number(String(iss).replace(clientPrefix, '')))
  if (app === undefined || app.publicKey === null) throw new Refusal(404, 'Integration not found')
  const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`)
  if (!verify.verify(app.publicKey, signature, 'base64url')) {
    throw new Refusal(401, 'A JSON web token could not be decoded')
  }
  const now = world.clock.now() / 1000
  if (!(typeof iat === 'number' && iat <= now + 60)) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  }
  if (!(typeof exp === 'number' && exp > now)) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  }
  if (exp > now + 660) {
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
  }
  return app
}

type Claims = { readonly iss?: unknown; readonly iat?: unknown; readonly exp?: unknown }

function parseClaims(part: string): Claims {
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    if (typeof claims === 'object' && claims !== null) return claims
  } catch {
    // Not JSON: refused below as not decodable.
  }
  throw new Refusal(401, 'A JSON web token could not be decoded')
}
