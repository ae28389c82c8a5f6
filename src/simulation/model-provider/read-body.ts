import type { IncomingMessage } from 'node:http'

/**
 * The body as text, or null when it is larger than `limit` bytes. A larger one is read to its end
 * but not kept: a client that is still sending would otherwise see a reset instead of the answer.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  const incoming: AsyncIterable<Buffer> = request
  for await (const bytes of incoming) {
    size += bytes.length
    if (size <= limit) chunks.push(bytes)
  }
  return size > limit ? null : Buffer.concat(chunks).toString('utf8')
}
