import type { ModelReply } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'

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
}

/** Judges what a model answered. Throws `model_failed` for an empty or withheld text. */
export function readReply(id: string, result: Result): ModelReply {
  const { content, usage } = result
  const finishReason = result.finishReason.unified
  const text = content
    .map((part) => ('text' in part && part.type === 'text' ? part.text : ''))
    .join('')
  if (finishReason === 'content-filter') {
    const problem = `The content filter of ${id} withheld the answer`
    throw new AppError('model_failed', `${problem}: reword the task or choose another model.`, {
      isRetryable: false,
    })
  }
  if (text.trim() === '') {
    const problem = `${id} gave an empty answer (finish reason ${finishReason})`
    throw new AppError('model_failed', `${problem}: worth another try.`)
  }
  return {
    text,
    // A provider that reports no usage costs nothing we know of.
    inputTokens: usage.inputTokens.total ?? 0,
    outputTokens: usage.outputTokens.total ?? 0,
    finishReason,
  }
}
