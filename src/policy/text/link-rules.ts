import { anyOf, isBlank, isWordChar, type Scan } from './scan.ts'

const isAuthority = anyOf('.-:', isWordChar)
const endsAuthority = anyOf('/?#<>|', (code) => code === 0 || isBlank(code))
// Browsers take these for a part of a host's name (`github.com,.evil.example`): they may stand after
// one only where nothing but a blank follows.
const isTrailing = anyOf(')]"\'`*_~,;!.')
export const isScheme = anyOf('+.-', isWordChar)

/** Whether `host` is one of `allowed`: the same, or under `*.domain`. */
function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  const name = host.toLowerCase()
  return allowed.some((one) =>
    one.startsWith('*.') ? name.endsWith(one.slice(1).toLowerCase()) : name === one.toLowerCase(),
  )
}

const isEnd = (code: number) => code === 0 || isBlank(code)

/** Whether what stands at `at` is nothing but an allowed host (and a port): no user, no tricks. */
export function isAllowedAuthority(scan: Scan, at: number, allowed: readonly string[]): boolean {
  // Longer than any name may be: it is refused, and addresses in a row stay linear work.
  const end = scan.after(at, isAuthority, at + 300)
  const next = scan.after(end, isTrailing, end + 50)
  if (!endsAuthority(scan.code(next)) || (next > end && !isEnd(scan.code(next)))) return false
  // A full stop that ends a sentence is no part of the name.
  const name = scan.text.slice(at, end).replace(/[.:]$/, '')
  const [host = '', port = '443', ...more] = name.split(':')
  return more.length === 0 && /^\d{1,5}$/.test(port) && isAllowedHost(host, allowed)
}

/** Whether the address whose `:` of `://` stands at `colon` may stay. */
export function isAllowedAddress(scan: Scan, colon: number, allowed: readonly string[]): boolean {
  const start = scan.before(colon, isScheme)
  const scheme = scan.text.slice(Math.max(start, colon - 6), colon).toLowerCase()
  return (scheme === 'https' || scheme === 'http') && isAllowedAuthority(scan, colon + 3, allowed)
}

const isRelative = anyOf('_.-/#?=,+~', isWordChar)

/**
 * Whether a link may lead where the text at `at` says: to an allowed address, to a place on the same
 * page, or to a path without a scheme. Whatever else it says, it is no link.
 */
export function isAllowedDestination(scan: Scan, at: number, allowed: readonly string[]): boolean {
  const start = scan.after(at, isBlank)
  if (scan.says(start, 'https://')) return isAllowedAuthority(scan, start + 8, allowed)
  if (scan.says(start, 'http://')) return isAllowedAuthority(scan, start + 7, allowed)
  const end = scan.after(start, isRelative)
  if (scan.text.startsWith('//', start) || scan.says(start, 'www.')) return false
  const next = scan.code(end)
  return next === 0 || next === 41 || (isBlank(next) && end > start)
}

/** Whether an address begins here that renderers link without a scheme. */
export function beginsWww(scan: Scan, at: number): boolean {
  return scan.says(at, 'www.') && !isWordChar(scan.code(at - 1))
}
