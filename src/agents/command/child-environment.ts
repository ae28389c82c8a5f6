import type { Environment } from './repository.ts'

const allowed = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'TERM',
  'TMPDIR',
  'TZ',
])
// With one of these the agent's git would act on another repository than its clone.
const redirecting =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|NAMESPACE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES)$/u

/**
 * The environment of an agent or check: an allow-list (and all `LC_*`) taken from the starter's,
 * plus the names that the caller passes on. So a token in the starter's environment reaches an
 * agent only when it was named. It does not stop a command from reading the user's files.
 */
export function childEnvironment(
  environment: Environment,
  passed: readonly string[],
): Record<string, string> {
  const names = new Set([...allowed, ...passed])
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    const wanted = names.has(name) || name.startsWith('LC_')
    if (value !== undefined && wanted && !redirecting.test(name)) kept[name] = value
  }
  return kept
}
