import type { Pool } from 'pg'
import type { Config } from '../../config/index.ts'
import type { EffectGate } from '../../contracts/index.ts'
import type { Engine } from '../../engine/index.ts'
import type { GitHubClient } from '../../github/index.ts'
import type { Audit } from '../../records/index.ts'
import type { Clock, Log } from '../../shared/index.ts'
import type { RunServiceParts } from '../run-service-parts.ts'

/** What the workflows of GitHub are made of. */
export type GitHubParts = {
  readonly pool: Pool
  readonly engine: Engine
  readonly gate: EffectGate
  readonly client: GitHubClient
  readonly audit: Pick<Audit, 'record'>
  readonly log: Log
  /** Real time. */
  readonly clock: Clock
  readonly config: Pick<Config, 'github' | 'gate' | 'loop'>
  readonly runs: RunServiceParts
  /** Signs and verifies markers. */
  readonly markerSecret: string
  /** Everything of GitHub here is simulated: said wherever it shows. */
  readonly isSimulated: boolean
  /** This process, among those that look after runs. */
  readonly holder: string
}
