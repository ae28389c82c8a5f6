import { randomBytes } from 'node:crypto'

// No i, l, o, u: nothing that is misread aloud, and no accidental words.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

// Asking the system for a few bytes costs as much as asking for many.
const poolSize = 2048
let pool = Buffer.alloc(0)
let used = 0

function takeBytes(count: number): Uint8Array {
  if (used + count > pool.length) {
    pool = randomBytes(Math.max(poolSize, count))
    used = 0
  }
  used += count
  return pool.subarray(used - count, used)
}

/** A random id of `length` characters, 5 bits each, safe in file names, URLs and git refs. */
export function newId(length = 12): string {
  let id = ''
  for (const byte of takeBytes(length)) id += alphabet[byte & 31]
  return id
}
