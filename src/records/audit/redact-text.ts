import { hideSecrets } from '../../telemetry/index.ts'

const hidden = '(hidden)'

// What keys look like, whatever they are called: Authorization values, our own tokens, GitHub's,
// OpenAI's and Anthropic's, AWS's, Slack's, Google's, JSON Web Tokens, PEM blocks.
const patterns: readonly RegExp[] = [
  /\b(?:bearer|basic)\s+[\w.~+/=-]{8,}/gi,
  /\bmnp_[\w-]{20,}/g,
  /\b(?:gh[opusr]_\w{20,}|github_pat_\w{20,})/g,
  /\bsk-[\w-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[abeprs]-[\w-]{10,}/g,
  /\bAIza[\w-]{30,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
]

/** Part of every one of them: most texts hold none of these, and are looked through once. */
const telltale = /bearer|basic|mnp_|gh[opusr]_|github_pat_|sk-|AKIA|ASIA|xox|AIza|eyJ|PRIVATE KEY/i

/** The text without what looks like a secret, and without any of `secrets`. */
export function redactText(text: string, secrets: readonly string[]): string {
  const open = hideSecrets(text, secrets)
  if (!telltale.test(open)) return open
  return patterns.reduce((line, pattern) => line.replace(pattern, hidden), open)
}

// At the end of the name only: InputTokens counts and TokenName names, and both may be told.
const secretName =
  /(?:token|secrets?|passwords?|passwd|passphrase|authorization|cookies?|credentials?|(?:api|private|access|signing)[-_ ]?keys?|signature)$/i

/** True for a key whose value is a secret by its name. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}
