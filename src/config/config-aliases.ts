/** Another name by which a key is read, from the file or the environment. */
export type ConfigAlias = {
  /** In the file; its parts may be nested. */
  readonly file: string
  readonly env: string
  readonly key: string
  /** Turns the value as it is meant there into the key's own. */
  readonly convert?: (value: unknown) => unknown
}

/** A share that may be given in per cent, such as 25. */
const fromPercent = (value: unknown): unknown =>
  typeof value === 'number' && value > 1 ? value / 100 : value

/** Names from an earlier life that people's files and workflows still use. */
export const configAliases: readonly ConfigAlias[] = [
  {
    file: 'GitHubModels.ApiEndpoint',
    env: 'GitHubModels__ApiEndpoint',
    key: 'model.baseUrl',
  },
  {
    file: 'GitHubModels.MaxConcurrentWorkloads',
    env: 'GitHubModels__MaxConcurrentWorkloads',
    key: 'orchestration.slots',
  },
  {
    file: 'GitHubModels.PilotProgram.Enabled',
    env: 'GitHubModels__PilotProgram__Enabled',
    key: 'pilot.autoStart',
  },
  {
    file: 'GitHubModels.PilotProgram.ParticipationRate',
    env: 'GitHubModels__PilotProgram__ParticipationRate',
    key: 'pilot.participation',
    convert: fromPercent,
  },
  {
    file: 'GitHubModels.PilotProgram.EligibleRepositories',
    env: 'GitHubModels__PilotProgram__EligibleRepositories',
    key: 'pilot.repositories',
  },
  { file: 'AZURE_AI_MODEL', env: 'AZURE_AI_MODEL', key: 'model.name' },
]

/** Recognised, so that they are no mistake, but without effect until the features that need them. */
export const laterNames: readonly RegExp[] = [/^COPILOT_\w+$/]
