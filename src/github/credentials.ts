import { createHash } from 'node:crypto'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/core'
import type { CredentialRole, GitHubSettings } from './github-settings.ts'

/** The GitHub API version that every request names: another one may answer in another shape. */
export const apiVersion = '2022-11-28'

export type Credential = {
  /** A hash that tells credentials apart and gives nothing away: limits are kept by it. */
  readonly id: string
  readonly kind: 'app' | 'token'
  readonly octokit: Octokit
}

/** Null for a role that nothing was configured for. */
export function openCredentials(
  settings: GitHubSettings,
): Readonly<Record<CredentialRole, Credential | null>> {
  const { token, app, userToken } = settings
  const main = app === null ? tokenCredential(settings, token) : appCredential(settings, app)
  return { main, user: tokenCredential(settings, userToken) }
}

function tokenCredential(settings: GitHubSettings, token: string | null): Credential | null {
  if (token === null || token === '') return null
  const octokit = new Octokit({ ...common(settings), auth: token })
  return { id: hashOf(`token ${token}`), kind: 'token', octokit }
}

function appCredential(
  settings: GitHubSettings,
  { id, privateKey, installationId }: NonNullable<GitHubSettings['app']>,
): Credential {
  const auth = { appId: id, privateKey, installationId }
  const octokit = new Octokit({ ...common(settings), authStrategy: createAppAuth, auth })
  return { id: hashOf(`app ${id} ${installationId}`), kind: 'app', octokit }
}

// What the library would print of deprecations and failures is ours to report.
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

function common({ apiUrl }: GitHubSettings) {
  return { baseUrl: apiUrl, userAgent: 'maniple', log: silent }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
