import type { Writable } from 'node:stream'

/** The other end went away (`| head`, a closed terminal): there is nobody left to tell. */
const readerGone: readonly string[] = ['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED']

function isReaderGone(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && readerGone.includes(error.code)
}

function throwUnlessReaderGone(error: Error): void {
  if (!isReaderGone(error)) throw error
}

/** Keeps a reader that went away from ending the process with a stack trace. */
export function tolerateClosedReaders(streams: readonly Writable[]): void {
  for (const stream of streams) stream.on('error', throwUnlessReaderGone)
}

/** Resolves once the text is out, or its reader is gone. */
export async function writeOutput(stream: Writable, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => {
      if (error instanceof Error && !isReaderGone(error)) reject(error)
      else resolve()
    })
  })
}

/** The one JSON object of a `--json` command, as one line. */
export async function writeJson(stream: Writable, value: unknown): Promise<void> {
  await writeOutput(stream, `${JSON.stringify(value)}\n`)
}
