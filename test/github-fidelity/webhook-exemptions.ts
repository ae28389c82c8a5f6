/** Where simulated payloads differ from the description or the examples, and why. */
export const explainedDifferences: readonly {
  readonly pattern: RegExp
  readonly reason: string
}[] = [
  {
    pattern: /\(described\) .*"unevaluatedProperty":"user_view_type"/,
    reason: 'GitHub sends user_view_type with every user; some copies of the schema lack it',
  },
  {
    pattern: /^workflow_run\.in_progress \(described\) .*"display_title"/,
    reason: 'described for `requested` and `completed`; GitHub sends one and the same object',
  },
  {
    pattern: /\(example\) \.installation: is missing/,
    reason: 'the examples came through hooks of an app; the simulated ones are of a repository',
  },
  {
    pattern: /\(example\) \.pull_request\.(head|base)\.repo\.custom_properties: is missing/,
    reason: 'sent in some of the examples and unknown to the description of the same payload',
  },
  {
    pattern: /\(example\) .*\.app\.permissions\.\w+: is missing/,
    reason: 'an app has the permissions that it was given, not those of the app in the example',
  },
]
