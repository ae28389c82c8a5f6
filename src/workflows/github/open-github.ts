import type { Pool } from 'pg'
import * as z from 'zod'
import type { Config } from '../../config/index.ts'
import type { EffectGate, EffectMarker, WebhookService } from '../../contracts/index.ts'
import type { Engine } from '../../engine/index.ts'
import {
  createGitHubClient,
  createPerformers,
  type GitHubClient,
  type MarkerSigner,
} from '../../github/index.ts'
import { composeMarker, type GateRules, isAtPlace, readMarkers } from '../../policy/index.ts'
import {
  type Audit,
  createGitHubAnswers,
  createGitHubPace,
  DeliveryStore,
  readMarkerSecret,
} from '../../records/index.ts'
import { type Log, newId, systemClock } from '../../shared/index.ts'
import { createEffectGate } from '../gate/create-effect-gate.ts'
import type { RunServiceParts } from '../run-service-parts.ts'
import { gateRules } from './gate-rules.ts'
import { GitHubKeeper } from './github-keeper.ts'
import type { GitHubParts } from './github-parts.ts'
import { createObserver } from './observe-outside.ts'
import { createWebhookService } from './receive-delivery.ts'

export type GitHubOptions = {
  readonly pool: Pool
  readonly engine: Engine
  readonly audit: Audit
  readonly log: Log
  readonly config: Config
  readonly secrets: readonly string[]
  readonly isSimulated: boolean
}

/** Everything of GitHub that the app has; without a credential, what needs one says so. */
export type GitHub = {
  readonly client: GitHubClient
  readonly gate: EffectGate
  readonly webhooks: WebhookService
  /** Once the run service's parts are there; agents of runs on GitHub need these. */
  readonly attach: (runs: RunServiceParts) => {
    readonly parts: GitHubParts
    readonly keeper: GitHubKeeper
  }
}

/** Longer than a call takes, so that nobody repeats one that is under way. */
const leaseOverMs = 15_000

export async function openGitHub(options: GitHubOptions): Promise<GitHub> {
  const { pool, engine, audit, log, config, secrets, isSimulated } = options
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
    observe: createObserver({ pool, client, rules }),
    isDry: config.gate.dryRun,
    times: { callMs, leaseMs: callMs + leaseOverMs },
  })
  const store = new DeliveryStore(pool)
  const webhooks = createWebhookService({ secret: github.webhookSecret ?? null, store })
  return {
    ...{ client, gate, webhooks },
    attach: (runs) => {
      const parts: GitHubParts = {
        ...{
          pool,
          engine,
          gate,
          client,
          audit,
          log,
          config,
          runs,
          markerSecret,
          isSimulated,
          holder,
        },
        clock: systemClock,
      }
      return { parts, keeper: new GitHubKeeper(parts) }
    },
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

const Viewer = z.object({ viewer: z.object({ databaseId: z.number().nullish() }) })

/** Ids of the accounts that Maniple acts under: what they do starts nothing. */
export async function readOwnActors(
  client: GitHubClient,
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (!client.has('main')) return []
  const query = 'query Self { viewer { login databaseId } }'
  const { viewer } = Viewer.parse((await client.graphql({ query, variables: {}, signal })).data)
  return viewer.databaseId == null ? [] : [viewer.databaseId]
}
