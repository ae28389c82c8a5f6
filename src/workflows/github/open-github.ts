import type { Pool } from 'pg'
import { createPullAgent } from '../../agents/index.ts'
import type { Config } from '../../config/index.ts'
import type { Agent, EffectMarker, GitHubService } from '../../contracts/index.ts'
import type { Engine } from '../../engine/index.ts'
import { createGitHubClient, createPerformers, type MarkerSigner } from '../../github/index.ts'
import { composeMarker, type GateRules, isAtPlace, readMarkers } from '../../policy/index.ts'
import {
  type Audit,
  createGitHubAnswers,
  createGitHubPace,
  readMarkerSecret,
} from '../../records/index.ts'
import { type Log, newId, systemClock } from '../../shared/index.ts'
import { createEffectGate } from '../gate/create-effect-gate.ts'
import type { Models } from '../open-models.ts'
import type { RunServiceParts } from '../run-service-parts.ts'
import { createWorkDelivery } from './deliver-work.ts'
import { gateRules } from './gate-rules.ts'
import { GitHubKeeper } from './github-keeper.ts'
import type { GitHubParts } from './github-parts.ts'
import { createObserver } from './observe-outside.ts'
import { startIssueRun } from './start-issue-run.ts'

export type GitHubOptions = {
  readonly pool: Pool
  readonly engine: Engine
  readonly audit: Audit
  readonly log: Log
  readonly config: Config
  readonly secrets: readonly string[]
}

/** Name of the agent whose answers become pull requests. */
export const pullAgent = 'pull'

/** Everything of GitHub that the app has; without a credential, what needs one says so. */
export type GitHub = {
  readonly service: GitHubService
  readonly agent: Agent
  readonly keeper: GitHubKeeper
}

type Workers = {
  readonly runParts: RunServiceParts
  readonly models: Pick<Models, 'gateway' | 'instructions'>
}

/** Longer than a call takes, so that nobody repeats one that is under way. */
const leaseOverMs = 15_000

export async function openGitHub(
  options: GitHubOptions,
  { runParts, models }: Workers,
): Promise<GitHub> {
  const { pool, engine, audit, log, config, secrets } = options
  const { github } = config
  const markerSecret = await readMarkerSecret(pool)
  const client = createGitHubClient({
    settings: settingsOf(config),
    clock: systemClock,
    pace: createGitHubPace({ pool, timeScale: github.timeScale }),
    answers: createGitHubAnswers(pool),
  })
  const rules: GateRules = gateRules(config)
  const callMs = github.timeoutSeconds * 1000 + 60_000
  const holder = newId()
  const gate = createEffectGate({
    ...{ pool, log, audit, rules, secrets, holder },
    performers: client.has('main') ? createPerformers(client, signer(markerSecret)) : {},
    observe: createObserver({
      pool,
      client,
      rules,
      clock: systemClock,
      timeScale: github.timeScale,
    }),
    isDry: config.gate.dryRun,
    times: { callMs, leaseMs: callMs + leaseOverMs },
  })
  const parts: GitHubParts = {
    ...{ pool, engine, gate, client, audit, log, config, runs: runParts, markerSecret, holder },
    isSimulated: github.timeScale !== 1,
    clock: systemClock,
  }
  return {
    service: { gate, start: (start, signal) => startIssueRun(parts, start, signal) },
    agent: createPullAgent({
      ...{ name: pullAgent, ...models, delivery: createWorkDelivery(parts) },
      defaultSlots: config.run.modelSlots,
    }),
    keeper: new GitHubKeeper(parts),
  }
}

function settingsOf({ github }: Config) {
  const { apiUrl, token, userToken, appId, appKey, appInstallation, concurrency } = github
  const app =
    appId === undefined || appKey === undefined || appInstallation === undefined
      ? null
      : { id: appId, privateKey: appKey, installationId: appInstallation }
  return {
    apiUrl: apiUrl.replace(/\/$/, ''),
    token: token ?? null,
    userToken: userToken ?? null,
    app,
    concurrency,
    timeoutMs: github.timeoutSeconds * 1000,
    timeScale: github.timeScale,
  }
}

function signer(secret: string): MarkerSigner {
  return {
    compose: (marker, place) => composeMarker(marker, place, secret),
    read: (text, place): readonly EffectMarker[] =>
      readMarkers(text, secret).filter((marker) => isAtPlace(marker, place)),
  }
}

/** Whether anything of GitHub is configured. */
export function hasGitHub({ github }: Pick<Config, 'github'>): boolean {
  const { token, userToken, appKey, webhookSecret } = github
  return [token, userToken, appKey, webhookSecret].some((given) => given !== undefined)
}
