import type { FastifyInstance } from 'fastify'
import { AppError } from '../shared/index.ts'

const loopbackAuthority = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/**
 * Without API tokens, being on this machine is all the authority there is. A page in a browser on
 * this machine must not borrow it: not by DNS rebinding (its own name, pointed at 127.0.0.1, stays
 * in the Host header), nor by a cross-origin request (the browser names the page in Origin).
 */
export function guardOrigin(server: FastifyInstance): void {
  server.addHook('onRequest', async (request) => {
    const { host = '', origin } = request.headers
    if (!loopbackAuthority.test(host)) {
      const message = `The Host header ${JSON.stringify(host)} is not this machine; use 127.0.0.1 or localhost`
      throw new AppError('host_not_allowed', message)
    }
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      const message = `Requests from pages of ${JSON.stringify(origin)} are refused; open http://${host} itself`
      throw new AppError('origin_not_allowed', message)
    }
  })
}
