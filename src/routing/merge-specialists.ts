import { Specialist } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'

/** A specialist by name and what is to be different; of a new name, all of it. */
type SpecialistOverride = {
  readonly [Key in keyof Specialist]?: Specialist[Key] | undefined
} & { readonly name: string }

/**
 * The specialists with overrides laid over them, in their order, new ones last. A list given
 * replaces the list it overrides. Throws `config_invalid`, which names every problem at once.
 */
export function mergeSpecialists(
  base: readonly Specialist[],
  overrides: readonly SpecialistOverride[],
): readonly Specialist[] {
  const merged = new Map(base.map((specialist) => [specialist.name, specialist]))
  const seen = new Set<string>()
  const problems: string[] = []
  for (const override of overrides) {
    const known = merged.get(override.name)
    if (seen.has(override.name)) {
      problems.push(`specialist ${quoted(override.name)} is overridden twice in one place`)
      continue
    }
    seen.add(override.name)
    const given = Object.fromEntries(
      Object.entries(override).filter(([, value]) => value !== undefined),
    )
    const parsed = Specialist.safeParse({ ...known, ...given })
    if (parsed.success) merged.set(override.name, parsed.data)
    else
      problems.push(
        problemOf(override.name, given, { known: known !== undefined, error: parsed.error }),
      )
  }
  if (problems.length > 0) throw new AppError('config_invalid', problems.join('\n'))
  return [...merged.values()]
}

function problemOf(
  name: string,
  given: object,
  {
    known,
    error,
  }: {
    known: boolean
    error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }
  },
): string {
  const missing = known
    ? []
    : Object.keys(Specialist.shape).filter((key) => !Object.hasOwn(given, key))
  const wrong = error.issues
    .filter(({ path }) => !missing.includes(String(path[0])))
    .map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`)
  const parts = [
    ...(missing.length > 0
      ? [`is new, so it must be complete; missing: ${missing.join(', ')}`]
      : []),
    ...wrong,
  ]
  return `specialist ${quoted(name)} ${parts.join('; ')}`
}

const quoted = (name: string): string => JSON.stringify(String(name).slice(0, 80))
