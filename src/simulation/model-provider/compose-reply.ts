import { createHash } from 'node:crypto'
import type { Fault } from './choose-fault.ts'
import { charactersPerToken, countPromptTokens, countTokens } from './count-tokens.ts'
import { type Filling, fitSchema } from './fit-schema.ts'
import { type ChatRequest, messageText } from './openai/chat-request.ts'
import { seededChoice, seededDraw } from './seeded-draw.ts'

export type Reply = {
  readonly text: string
  readonly finishReason: 'stop' | 'length' | 'content_filter'
  readonly usage: {
    readonly prompt_tokens: number
    readonly completion_tokens: number
    readonly total_tokens: number
  }
}

/** What decides a reply besides the seed: how it is sent does not. */
export function requestContent(request: ChatRequest): string {
  const { model, messages, response_format } = request
  return createHash('sha256')
    .update(JSON.stringify([model, messages, response_format ?? null]))
    .digest('hex')
}

/** The answer to `request`: equal for equal seed and content. */
export function composeReply(
  seed: number,
  request: ChatRequest,
  outcome: { readonly content: string; readonly fault: Fault | null },
): Reply {
  const full = replyText(seed, request, outcome.content)
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY
  const cut = full.slice(0, limit * charactersPerToken)
  const promptTokens = countPromptTokens(request)
  const reply = (text: string, finishReason: Reply['finishReason']): Reply => ({
    text,
    finishReason,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: countTokens(text),
      total_tokens: promptTokens + countTokens(text),
    },
  })
  if (outcome.fault === 'empty') return reply('', 'stop')
  if (outcome.fault === 'filtered') return reply('', 'content_filter')
  if (outcome.fault === 'unfit') return reply('["[simulated] unfit"]', 'stop')
  if (outcome.fault === 'truncated') return reply(cut.slice(0, cut.length / 2), 'length')
  return reply(cut, cut.length < full.length ? 'length' : 'stop')
}

const openings = [
  'A stand-in for a model wrote this; no model has read the task.',
  'This is a stand-in answer: no model was asked.',
  'No real model is configured, so this text only stands for its answer.',
] as const
const findings = [
  'It would name the parts that change and why.',
  'It would start with the smallest step that can be checked.',
  'It would weigh two ways and take the one that is easier to undo.',
  'It would list the cases that a test has to cover.',
] as const
const closings = [
  'Configure a model provider to get a real result.',
  'With a model provider configured, the real result stands here.',
] as const

type Asked = { readonly seed: number; readonly request: ChatRequest; readonly content: string }

function replyText(seed: number, request: ChatRequest, content: string): string {
  const asked: Asked = { seed, request, content }
  const format = request.response_format?.type ?? 'text'
  if (format === 'json_object') {
    return JSON.stringify({ simulated: true, about: subject(request) })
  }
  if (request.response_format?.type === 'json_schema') {
    const { schema } = request.response_format.json_schema
    const filling: Filling = {
      text: (path) => (path.endsWith('/path') ? filePath(asked) : prose(asked, path)),
      draw: (path) => share(asked, path),
    }
    return JSON.stringify(fitSchema(schema, filling))
  }
  return prose(asked)
}

/** A labelled text about what was asked; at different places of an answer, different words. */
function prose({ seed, request, content }: Asked, ...path: readonly string[]): string {
  const pick = (part: string): number => seededDraw(seed, part, content, ...path)
  const words = keywords(request)
  return [
    `[simulated] ${subject(request)}`,
    '',
    seededChoice(openings, pick('opening')),
    ...(words.length === 0 ? [] : [`A real answer would be about ${words.join(', ')}.`]),
    seededChoice(findings, pick('finding')),
    seededChoice(closings, pick('closing')),
    `Reference ${content.slice(0, 8)}-${Math.floor(pick('reference') * 1e6)}.`,
  ].join('\n')
}

/** Where a stand-in for a file goes: another request's goes elsewhere. */
function filePath({ request, content }: Asked): string {
  const words = subject(request)
    .toLowerCase()
    .match(/[a-z0-9]{2,20}/g) ?? ['file']
  return `docs/simulated/${words.slice(0, 6).join('-')}-${content.slice(0, 8)}.md`
}

/** Models are rather sure of themselves, so a confidence lies high in its range. */
function share({ seed, content }: Asked, path: string): number {
  const drawn = seededDraw(seed, 'number', content, path)
  return path.endsWith('/confidence') ? 0.6 + 0.35 * drawn : drawn
}

function question(request: ChatRequest): string {
  const last = request.messages.findLast((message) => message.role === 'user')
  return last === undefined ? '' : messageText(last)
}

/** The first line of what was asked, cut between words to at most 120 characters. */
function subject(request: ChatRequest): string {
  const line =
    question(request)
      .split('\n', 50)
      .find((text) => text.trim() !== '') ?? 'An empty request'
  const characters = Array.from(line.trim())
  if (characters.length <= 120) return characters.join('')
  const cut = characters.slice(0, 119).join('')
  const end = cut.lastIndexOf(' ')
  return `${end < 60 ? cut : cut.slice(0, end)}…`
}

/** Up to five long words of the first 2,000 characters, in their order. */
function keywords(request: ChatRequest): readonly string[] {
  const words =
    question(request)
      .slice(0, 2000)
      .match(/\p{L}{7,24}/gu) ?? []
  return [...new Set(words.map((word) => word.toLowerCase()))].slice(0, 5)
}
