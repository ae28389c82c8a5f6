import { randomBytes } from 'node:crypto'

// No i, l, o, u: nothing that is misread aloud, and no accidental words.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** A random id of `length` characters, 5 bits each, safe in file names, URLs and git refs. */
export function newId(length = 12): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte & 31]).join('')
}
