import * as z from 'zod'
import { AppError } from '../../shared/index.ts'
import type { GitHubClient } from '../github-client.ts'
import { namesOf } from './names-of.ts'

const Identity = z.object({
  viewer: z.object({ login: z.string(), databaseId: z.number().nullish() }),
})
const RepositoryId = z.object({
  repository: z.object({
    id: z.string(),
    defaultBranchRef: z.object({ name: z.string() }).nullable(),
  }),
})
const Label = z.object({ node_id: z.string() })

type Facts = { readonly id: string; readonly defaultBranch: string | null }

/** What hardly ever changes and would otherwise be asked for with every write. Kept for this process. */
export class RepositoryFacts {
  readonly #client: GitHubClient
  #self: Promise<string> | null = null
  readonly #facts = new Map<string, Promise<Facts>>()
  readonly #labels = new Map<string, Promise<string>>()

  constructor(client: GitHubClient) {
    this.#client = client
  }

  /** The login that the main credential writes as. */
  async self(signal: AbortSignal): Promise<string> {
    this.#self ??= this.#readSelf(signal)
    return await kept(this.#self, () => {
      this.#self = null
    })
  }

  async of(repository: string, signal: AbortSignal): Promise<Facts> {
    const known = this.#facts.get(repository) ?? this.#readFacts(repository, signal)
    this.#facts.set(repository, known)
    return await kept(known, () => this.#facts.delete(repository))
  }

  /** Node ids of labels by name, in their order; labels that are not there are made. */
  async labelIds(
    repository: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const ids: string[] = []
    for (const name of names) ids.push(await this.#labelId(repository, name, signal))
    return ids
  }

  /** Who asks for a label that is being made waits for that one. */
  async #labelId(repository: string, name: string, signal: AbortSignal): Promise<string> {
    const place = `${repository} ${name.toLowerCase()}`
    const finding = this.#labels.get(place) ?? this.#findLabel(repository, name, signal)
    this.#labels.set(place, finding)
    return await kept(finding, () => this.#labels.delete(place))
  }

  async #findLabel(repository: string, name: string, signal: AbortSignal): Promise<string> {
    const route = 'GET /repos/{owner}/{repo}/labels/{name}'
    const parameters = { ...namesOf(repository), name }
    try {
      return Label.parse((await this.#client.request({ route, parameters, signal })).data).node_id
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'github_missing')) throw error
    }
    return await this.#makeLabel(repository, name, signal)
  }

  async #readSelf(signal: AbortSignal): Promise<string> {
    const query = 'query Viewer { viewer { login } }'
    const { data } = await this.#client.graphql({ query, variables: {}, signal })
    return Identity.parse(data).viewer.login
  }

  async #readFacts(repository: string, signal: AbortSignal): Promise<Facts> {
    const { owner, repo } = namesOf(repository)
    const query = `query Facts($owner: String!, $repo: String!) {
      repository(owner: $owner, name: $repo) { id defaultBranchRef { name } } }`
    const { data } = await this.#client.graphql({ query, variables: { owner, repo }, signal })
    const { id, defaultBranchRef } = RepositoryId.parse(data).repository
    return { id, defaultBranch: defaultBranchRef?.name ?? null }
  }

  async #makeLabel(repository: string, name: string, signal: AbortSignal): Promise<string> {
    const { data } = await this.#client.request({
      route: 'POST /repos/{owner}/{repo}/labels',
      parameters: { ...namesOf(repository), name, color: colourOf(name) },
      signal,
    })
    return Label.parse(data).node_id
  }
}

/** A failure must not be kept. */
async function kept<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  try {
    return await promise
  } catch (error) {
    forget()
    throw error
  }
}

const colours: Readonly<Record<string, string>> = {
  'status:queued': 'ededed',
  'status:running': 'fbca04',
  'status:completed': '0e8a16',
  'status:failed': 'd73a4a',
}

const colourOf = (name: string): string => colours[name] ?? 'c5def5'
