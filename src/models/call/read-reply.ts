import { type ModelReply, type ModelUsage, PaidModelError } from '../../contracts/index.ts'

/** What is read of the SDK's result. */
type Result = {
  readonly content: readonly (
    | { readonly type: string }
    | { readonly type: 'text'; readonly text: string }
  )[]
  readonly finishReason: { readonly unified: string; readonly raw: string | undefined }
  readonly usage: {
    readonly inputTokens: { readonly total: number | undefined }
    readonly outputTokens: { readonly total: number | undefined }
  }
  readonly response?: { readonly modelId?: string | undefined } | undefined
}

/** Judges what a model answered. Throws `model_failed` for an empty or withheld text. */
export function readReply(id: string, result: Result): ModelReply {
  const finishReason = result.finishReason.unified
  const usage: ModelUsage = {
    inputTokens: tokens(result.usage.inputTokens.total),
    outputTokens: tokens(result.usage.outputTokens.total),
  }
  const text = result.content
    .map((part) => ('text' in part && part.type === 'text' ? part.text : ''))
    .join('')
  if (finishReason === 'content-filter') {
    const problem = `The content filter of ${id} withheld the answer`
    const message = `${problem}: reword the task or choose another model.`
    throw new PaidModelError('model_failed', message, { isRetryable: false, usage })
  }
  if (text.trim() === '') {
    const problem = `${id} gave an empty answer (finish reason ${finishReason})`
    throw new PaidModelError('model_failed', `${problem}: worth another try.`, { usage })
  }
  const answeredBy = modelName(result.response?.modelId)
  return { text, ...usage, finishReason, ...(answeredBy === undefined ? {} : { answeredBy }) }
}

/** Nothing reported, or nonsense, is not known: taken for 0 it would get past every budget. */
function tokens(count: number | undefined): number {
  return count !== undefined && Number.isSafeInteger(count) && count >= 0 ? count : Number.NaN
}

/** A name that can be stored and shown; anything else is as good as none. */
function modelName(name: string | undefined): string | undefined {
  return name !== undefined && /^[\x21-\x7e]{1,200}$/.test(name) ? name : undefined
}
