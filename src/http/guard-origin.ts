import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../shared/index.ts'
import type { Access } from './http-dependencies.ts'

const loopbackAuthority = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i
const authority = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[a-z0-9._-]+))(?::\d{1,5})?$/i

/**
 * Beyond loopback a caller needs a token, which no browser adds by itself. The check stays as a
 * second line; an address is admitted (probes of a cluster send one), because rebinding needs a name.
 */
function isAdmitted(host: string, { requireTokens, hosts }: HostRules): boolean {
  if (loopbackAuthority.test(host)) return true
  const { v6, name } = authority.exec(host)?.groups ?? {}
  if (!requireTokens) return false
  if (v6 !== undefined) return isIP(v6) === 6
  if (name === undefined) return false
  return isIP(name) === 4 || hosts.some((known) => known.toLowerCase() === name.toLowerCase())
}

/** The names that are known are not told: who asks may be a stranger. */
function notAdmitted(host: string, { requireTokens }: HostRules): string {
  const shown = `The Host header ${JSON.stringify(host.slice(0, 200))}`
  return requireTokens
    ? `${shown} is no name of this server; reach it by its address, or add the name to server.names (MANIPLE_SERVER_NAMES) in its configuration`
    : `${shown} is not this machine; use 127.0.0.1 or localhost`
}

type HostRules = Pick<Access, 'requireTokens' | 'hosts'>

/**
 * Without API tokens, being on this machine is all the authority there is. A page in a browser on
 * this machine must not borrow it: not by DNS rebinding (its own name, pointed at 127.0.0.1, stays
 * in the Host header), nor by a cross-origin request (the browser names the page in Origin).
 */
export function guardOrigin(server: FastifyInstance, rules: HostRules): void {
  server.addHook('onRequest', async (request) => {
    const { host = '', origin } = request.headers
    if (!isAdmitted(host, rules)) {
      throw new AppError('host_not_allowed', notAdmitted(host, rules))
    }
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      const message = `Requests from pages of ${JSON.stringify(origin)} are refused; open http://${host} itself`
      throw new AppError('origin_not_allowed', message)
    }
  })
}
