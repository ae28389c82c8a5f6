import type { FastifyInstance } from 'fastify'
import type { Caller, Role } from '../contracts/index.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** On whose behalf the request is. */
    caller: Caller
  }
  interface FastifyContextConfig {
    /** The least role that may call the route. */
    role?: Role
  }
}

const local: Caller = { user: 'local', role: 'admin', via: 'http' }

/** Whoever can reach a server that listens on loopback only is its owner. */
export function admitLocal(server: FastifyInstance): void {
  server.decorateRequest('caller', { getter: () => local })
}
