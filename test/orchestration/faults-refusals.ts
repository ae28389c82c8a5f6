import { once } from 'node:events'
import { createServer } from 'node:http'

export type RefusingProvider = AsyncDisposable & {
  /** Address of a provider that answers every call with that status. */
  readonly baseUrl: (status: number) => string
  /** Event ids of the calls that were answered so. */
  readonly calls: (status: number) => readonly string[]
}

/** A provider that refuses for good, in each way there is. */
export async function startRefusingProvider(): Promise<RefusingProvider> {
  const calls = new Map<number, string[]>()
  const server = createServer((request, response) => {
    const status = Number(request.url?.split('/')[1])
    const known = calls.get(status) ?? []
    calls.set(status, [...known, String(request.headers['x-maniple-event-id'])])
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json' })
    const error = { message: `Refused with ${status}.`, type: 'test', param: null, code: null }
    response.end(JSON.stringify({ error }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    baseUrl: (status) => `http://127.0.0.1:${port}/${status}/v1`,
    calls: (status) => calls.get(status) ?? [],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
