/** GitHub's documented limits; per hour where nothing else is said. */
export type LimitSettings = {
  readonly restPerHour: number
  /** Of an Actions `GITHUB_TOKEN`. */
  readonly githubTokenPerHour: number
  readonly graphqlPointsPerHour: number
  readonly concurrent: number
  readonly restPointsPerMinute: number
  readonly graphqlPointsPerMinute: number
  readonly creationsPerMinute: number
  readonly creationsPerHour: number
}

export const documentedLimits: LimitSettings = {
  restPerHour: 5000,
  githubTokenPerHour: 1000,
  graphqlPointsPerHour: 5000,
  concurrent: 100,
  restPointsPerMinute: 900,
  graphqlPointsPerMinute: 2000,
  creationsPerMinute: 80,
  creationsPerHour: 500,
}

export const minuteMs = 60_000
export const hourMs = 3_600_000
