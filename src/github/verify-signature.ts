import { createHmac, timingSafeEqual } from 'node:crypto'

/** Whether `X-Hub-Signature-256` was made over exactly these bytes with that secret. */
export function isSignedBy(
  secret: string,
  body: Uint8Array,
  signature: string | undefined,
): boolean {
  const given = /^sha256=(?<hex>[0-9a-f]{64})$/i.exec(signature ?? '')?.groups?.hex
  if (given === undefined || secret === '') return false
  const expected = createHmac('sha256', secret).update(body).digest()
  return timingSafeEqual(Buffer.from(given, 'hex'), expected)
}
