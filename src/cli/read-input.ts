import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { RunRequest } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'

type RunInput = RunRequest['input']

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory; name a file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ENOTDIR: 'a part of the path is not a directory',
  ENAMETOOLONG: 'the name is too long',
}

function unreadable(name: string, error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error))
  return refusal(`Cannot read ${name}: ${reason}`, error)
}

function refusal(message: string, cause?: unknown): AppError {
  return new AppError('input_invalid', message, cause === undefined ? {} : { cause })
}

async function readBounded(source: Readable, name: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > maxBytes) {
      const message = `${name} is larger than ${maxBytes} bytes (limits.maxInputBytes)`
      throw new AppError('input_too_large', `${message}; split it, or raise the limit`)
    }
    chunks.push(buffer)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer, name: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch (error) {
    throw refusal(`${name} is not UTF-8 text: give a JSON workflow or Markdown`, error)
  }
  throw refusal(`${name} is a binary file: give a JSON workflow or Markdown`)
}

/** The text of a file, or of stdin for `-`. Throws `input_invalid` and `input_too_large`. */
export async function readInput(
  file: string,
  maxBytes: number,
): Promise<{ readonly name: string; readonly text: string }> {
  const name = file === '-' ? 'stdin' : JSON.stringify(file)
  let bytes: Buffer
  try {
    const source = file === '-' ? process.stdin : createReadStream(file)
    bytes = await readBounded(source, name, maxBytes)
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(name, error)
  }
  return { name, text: decode(bytes, name) }
}

/**
 * What the splitter takes: the value of a `.json` file, else the text, in which the splitter tells
 * JSON from prose itself. JSON with a mistake stays text too: the splitter names line and column.
 */
export function parseInput(file: string, input: { name: string; text: string }): RunInput {
  const { name, text } = input
  if (!/\.json$/i.test(file) || text.trim() === '') return text
  try {
    const value: RunInput = JSON.parse(text)
    return value
  } catch (error) {
    if (/^\s*\{/.test(text)) return text
    const why = error instanceof Error ? error.message : String(error)
    throw refusal(`${name} is not valid JSON: ${why}`, error)
  }
}
