import { hideSecretShapes } from '../../shared/index.ts'
import { hideSecrets } from '../../telemetry/index.ts'

/** The text without what looks like a secret, and without any of `secrets`. */
export function redactText(text: string, secrets: readonly string[]): string {
  return hideSecretShapes(hideSecrets(text, secrets))
}

// At the end of the name only: InputTokens counts and TokenName names, and both may be told.
const secretName =
  /(?:token|secrets?|passwords?|passwd|passphrase|authorization|cookies?|credentials?|(?:api|private|access|signing)[-_ ]?keys?|signature)$/i

/** True for a key whose value is a secret by its name. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}
