type JsonFault = { readonly line: number; readonly column: number; readonly expected: string }

// The text part is unrolled so that a text of megabytes takes linear time and no stack.
const token =
  /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\p{Cc}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\p{Cc}]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b))/uy

type State = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd'

const expectations: Record<State, string> = {
  value: 'a value',
  valueOrEnd: 'a value or "]"',
  key: 'a key in double quotes',
  keyOrEnd: 'a key in double quotes or "}"',
  colon: '":"',
  commaOrEnd: '"," or a closing bracket',
}

/**
 * Where a text stops being JSON. The engine's own messages leave the position out for many texts,
 * so the tokens are walked again; called only for a text that `JSON.parse` refused.
 */
export function findJsonError(text: string): JsonFault {
  const open: string[] = []
  let state: State = 'value'
  token.lastIndex = 0
  for (;;) {
    const end: number = token.lastIndex
    const match = token.exec(text)
    const next: State | 'ended' | null = match === null ? null : nextState(state, match, open)
    if (next === null) return locate(text, end, expectations[state])
    if (next === 'ended') return locate(text, token.lastIndex, 'the end of the text')
    state = next
  }
}

function nextState(state: State, match: RegExpExecArray, open: string[]): State | 'ended' | null {
  const mark = match[1]
  if (mark === undefined) return afterScalar(state, match[2] !== undefined, open)
  if (mark === '{' || mark === '[') return afterOpening(state, mark, open)
  if (mark === ':') return state === 'colon' ? 'value' : null
  if (mark === ',') return afterComma(state, open)
  return afterClosing(state, mark, open)
}

function afterOpening(state: State, mark: string, open: string[]): State | null {
  if (state !== 'value' && state !== 'valueOrEnd') return null
  open.push(mark)
  return mark === '{' ? 'keyOrEnd' : 'valueOrEnd'
}

function afterComma(state: State, open: readonly string[]): State | null {
  if (state !== 'commaOrEnd') return null
  return open.at(-1) === '{' ? 'key' : 'value'
}

function afterScalar(state: State, isText: boolean, open: string[]): State | 'ended' | null {
  if (state === 'key' || state === 'keyOrEnd') return isText ? 'colon' : null
  if (state !== 'value' && state !== 'valueOrEnd') return null
  return open.length === 0 ? 'ended' : 'commaOrEnd'
}

function afterClosing(state: State, mark: string, open: string[]): State | 'ended' | null {
  const opening = mark === '}' ? '{' : '['
  const emptyState = mark === '}' ? 'keyOrEnd' : 'valueOrEnd'
  if (open.at(-1) !== opening || (state !== 'commaOrEnd' && state !== emptyState)) return null
  open.pop()
  return open.length === 0 ? 'ended' : 'commaOrEnd'
}

function locate(text: string, from: number, expected: string): JsonFault {
  let offset = from
  while (offset < text.length && ' \t\n\r'.includes(text.charAt(offset))) offset += 1
  const before = text.slice(0, offset).split('\n')
  const column = (before.at(-1) ?? '').length + 1
  const isBrokenText = text.charAt(offset) === '"' && /value|key/.test(expected)
  const remedy = isBrokenText ? 'a text closed on its own line, with valid escapes' : expected
  return { line: before.length, column, expected: remedy }
}
