// user:password@ of any URL. The password may hold anything but what ends a URL or a JSON string.
// The lengths are bounded so that hostile text costs no more than its length.
const passwordInUrl = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^:@/\s"\\]{0,500}:)[^@\s"\\]{1,500}@/gi

/** Each list of secrets is looked for again and again, as it is and as JSON spells it. */
const spellings = new WeakMap<readonly string[], readonly string[]>()

function spellingsOf(secrets: readonly string[]): readonly string[] {
  const known = spellings.get(secrets)
  if (known !== undefined) return known
  const spelled = secrets
    // Hiding a very short secret would maim every line and tell what it is.
    .filter((secret) => secret.length >= 6)
    .flatMap((secret) => [...new Set([secret, JSON.stringify(secret).slice(1, -1)])])
  spellings.set(secrets, spelled)
  return spelled
}

/** The text (JSON or plain) without the passwords of URLs and without any of `secrets`. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const open = text.includes('://') ? text.replace(passwordInUrl, '$1(hidden)@') : text
  return spellingsOf(secrets).reduce((line, secret) => line.replaceAll(secret, '(hidden)'), open)
}
