import type { FastifyInstance } from 'fastify'
import { AppError } from '../shared/index.ts'

type Address = {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

function listenFailure(cause: unknown, { host, port }: Address): AppError {
  if (codeOf(cause) === 'EADDRINUSE') {
    const message = `Port ${port} on ${host} is taken by another program; stop it or choose another port with --port`
    return new AppError('port_taken', message, { cause })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `Cannot listen on ${host}, port ${port}: ${reason}; choose others with --host and --port`
  return new AppError('config_invalid', message, { cause })
}

/** Resolves with the server's URL. Throws `port_taken`, or `config_invalid` for an address it may not use. */
export async function listen(server: FastifyInstance, { host, port }: Address): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    throw listenFailure(error, { host, port })
  }
}

/**
 * Takes no more requests, ends the streams, waits for what is in flight, and after `graceMs` cuts
 * what is left.
 */
export async function closeServer(server: FastifyInstance, graceMs = 5_000): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), graceMs)
  try {
    await server.close()
  } finally {
    clearTimeout(cut)
  }
}
