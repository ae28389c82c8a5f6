import type { Config } from '../config/index.ts'
import type { Specialist } from '../contracts/index.ts'
import { defaultSpecialists, mergeSpecialists } from '../routing/index.ts'

/** Specialists as configured; those of a repository as it changes them. Null: no repository. */
export type Roster = (repository: string | null) => readonly Specialist[]

/** Throws `config_invalid`. */
export function createRoster(config: Pick<Config, 'specialists' | 'repositories'>): Roster {
  const named = (overrides: Config['specialists']) =>
    Object.entries(overrides).map(([name, override]) => ({ name, ...override }))
  const common = mergeSpecialists(defaultSpecialists, named(config.specialists))
  const special = new Map(
    Object.entries(config.repositories).map(([repository, { specialists }]) => [
      repository.toLowerCase(),
      mergeSpecialists(common, named(specialists)),
    ]),
  )
  return (repository) => special.get(repository?.toLowerCase() ?? '') ?? common
}
