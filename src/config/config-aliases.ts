/** Another name by which a key is read, from the file or the environment. */
export type ConfigAlias = {
  /** In the file; its parts may be nested. */
  readonly file: string
  readonly env: string
  readonly key: string
}

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
    key: 'run.modelSlots',
  },
  { file: 'AZURE_AI_MODEL', env: 'AZURE_AI_MODEL', key: 'model.name' },
]

/** Recognised, so that they are no mistake, but without effect until the features that need them. */
export const laterNames: readonly RegExp[] = [
  /^GitHubModels\.PilotProgram(?:\.|$)/,
  /^COPILOT_\w+$/,
]
