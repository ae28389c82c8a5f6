import { RunOptions } from '../../contracts/index.ts'

/** A command of a comment: `/maniple run large`, `/maniple approve ID`, `/maniple deny ID why`. */
export type Command =
  | { readonly name: 'run'; readonly level?: RunOptions['level'] }
  | { readonly name: 'approve' | 'deny'; readonly effect: string; readonly reason: string }
  | { readonly name: 'cancel' }

/** Only on the first line, as the whole of it: a quoted or mentioned command commands nothing. */
export function readCommand(text: string): Command | null {
  const [line = ''] = text.slice(0, 1000).split(/\r?\n/, 1)
  const [slash, name, first, ...rest] = line.trim().split(/\s+/)
  if (slash !== '/maniple') return null
  switch (name) {
    case 'run':
      return { name, ...levelOf(first) }
    case 'cancel':
      return { name }
    case 'approve':
    case 'deny':
      return first === undefined ? null : { name, effect: first, reason: rest.join(' ') }
    default:
      return null
  }
}

function levelOf(word: string | undefined): { readonly level?: RunOptions['level'] } {
  if (word === undefined) return {}
  const level = RunOptions.shape.level.safeParse(/^\d{1,5}$/.test(word) ? Number(word) : word)
  return level.success ? { level: level.data } : {}
}
