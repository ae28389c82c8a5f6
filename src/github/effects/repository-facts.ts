import * as z from 'zod'
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
const Label = z.object({ name: z.string(), node_id: z.string() })

type Facts = { readonly id: string; readonly defaultBranch: string | null }

/** What hardly ever changes and would otherwise be asked for with every write. Kept for this process. */
export class RepositoryFacts {
  readonly #client: GitHubClient
  #self: Promise<string> | null = null
  readonly #facts = new Map<string, Promise<Facts>>()
  readonly #labels = new Map<string, Promise<Map<string, string>>>()

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
    const reading = this.#labels.get(repository) ?? this.#readLabels(repository, signal)
    this.#labels.set(repository, reading)
    const labels = await kept(reading, () => this.#labels.delete(repository))
    const ids: string[] = []
    for (const name of names) {
      const id = labels.get(name.toLowerCase()) ?? (await this.#makeLabel(repository, name, signal))
      labels.set(name.toLowerCase(), id)
      ids.push(id)
    }
    return ids
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

  async #readLabels(repository: string, signal: AbortSignal): Promise<Map<string, string>> {
    const route = 'GET /repos/{owner}/{repo}/labels'
    const parameters = namesOf(repository)
    const pages = await this.#client.pages({ route, parameters, signal }, 10)
    const labels = z.array(Label).parse(pages)
    return new Map(labels.map(({ name, node_id: id }) => [name.toLowerCase(), id]))
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
