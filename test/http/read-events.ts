import assert from 'node:assert/strict'
import * as z from 'zod'

export type StreamEvent = { readonly event: string; readonly id: number; readonly data: unknown }

const Field = z.templateLiteral([z.enum(['event', 'id', 'data', 'retry']), ': ', z.string()])

function parseFrame(frame: string): StreamEvent | undefined {
  const fields = new Map<string, string>()
  for (const line of frame.split('\n')) {
    if (line.startsWith(':')) continue
    const field = Field.parse(line)
    const colon = field.indexOf(': ')
    fields.set(field.slice(0, colon), field.slice(colon + 2))
  }
  const event = fields.get('event')
  if (event === undefined) return undefined
  return { event, id: Number(fields.get('id')), data: JSON.parse(fields.get('data') ?? '') }
}

/** The events of a `text/event-stream` as they come; comments and `retry` are checked and dropped. */
export async function* readEvents(
  response: Response,
): AsyncGenerator<StreamEvent, void, undefined> {
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  assert.ok(response.body !== null)
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = `${rest}${chunk}`.split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const event = parseFrame(frame)
      if (event !== undefined) yield event
    }
  }
  assert.equal(rest, '', 'the stream ended inside a frame')
}
