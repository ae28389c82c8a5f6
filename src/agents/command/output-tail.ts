import { storableText } from '../../shared/index.ts'

// Whoever reads it sees that something was there, as with bytes that are no UTF-8.
const replacement = '\uFFFD'

/** Keeps the last `limit` bytes of a stream, whatever its length, in at most twice that memory. */
export class OutputTail {
  readonly #limit: number
  #chunks: Buffer[] = []
  #kept = 0
  #total = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#kept += chunk.length
    this.#total += chunk.length
    if (this.#kept > 2 * this.#limit || this.#chunks.length > 1_000) this.#shrink()
  }

  get truncated(): boolean {
    return this.#total > this.#limit
  }

  text(): string {
    this.#shrink()
    const [bytes = Buffer.alloc(0)] = this.#chunks
    let start = 0
    // A cut may fall inside a character: skip what is left of it.
    while (this.truncated && start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1
    return storableText(bytes.subarray(start).toString('utf8'), replacement)
  }

  #shrink(): void {
    const all = Buffer.concat(this.#chunks)
    // Copied, so that the cut-off part can be freed.
    const kept = Buffer.from(all.subarray(Math.max(0, all.length - this.#limit)))
    this.#chunks = [kept]
    this.#kept = kept.length
  }
}

/** One line without control characters, for commit messages, environment and error messages. */
export function oneLine(text: string): string {
  return storableText(text, replacement)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
}
