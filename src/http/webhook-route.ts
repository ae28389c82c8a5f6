import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { AppError } from '../shared/index.ts'
import type { HttpDependencies } from './http-dependencies.ts'
import type { HttpServer } from './http-server.ts'
import { problemResponses } from './problem.ts'

/** GitHub sends nothing larger. */
const mostBytes = 25 * 1024 * 1024

const Receipt = z.object({
  delivery: z.string(),
  status: z.enum(['stored', 'duplicate', 'ignored']),
})

/**
 * `POST /webhook/github`. The signature is over the bytes, so nothing parses them before it has been
 * checked; its token is the signature, and the answer waits for the commit and for nothing else.
 */
export async function webhookRoute(
  server: FastifyInstance,
  { webhooks }: Pick<HttpDependencies, 'webhooks'>,
): Promise<void> {
  await server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: mostBytes },
      (_request, body, parsed) => parsed(null, body),
    )
    ;(scope as unknown as HttpServer).route({
      method: 'POST',
      url: '/webhook/github',
      config: { role: 'none' },
      bodyLimit: mostBytes,
      // Without one there is no need to read 25 MB.
      preParsing: async (request) => {
        if (request.headers['x-hub-signature-256'] !== undefined) return
        throw new AppError(
          'signature_invalid',
          'X-Hub-Signature-256 is missing: set the secret of the webhook on GitHub',
        )
      },
      schema: {
        operationId: 'receiveGitHubDelivery',
        summary: 'Takes a webhook delivery of GitHub, stored before it is acknowledged',
        tags: ['webhooks'],
        response: { 202: Receipt, ...problemResponses() },
      },
      handler: async (request, reply) => {
        const header = (name: string): string | undefined => {
          const value = request.headers[name]
          return typeof value === 'string' ? value : undefined
        }
        const receipt = await webhooks.receive({
          event: header('x-github-event'),
          guid: header('x-github-delivery'),
          signature: header('x-hub-signature-256'),
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        })
        return reply.code(202).send(receipt)
      },
    })
    done()
  })
}
