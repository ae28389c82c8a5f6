import type {
  SimulatedGitHub,
  SimulatedGitHubOptions,
} from '../../src/simulation/github/simulated-github-options.ts'
import { startSimulatedGitHub } from '../../src/simulation/github/start-simulated-github.ts'
import type { Actor } from '../../src/simulation/github/state/actor.ts'
import type { Repository } from '../../src/simulation/github/state/entities.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect to be there.
  readonly body: any
}

export type TestGitHub = AsyncDisposable & {
  readonly github: SimulatedGitHub
  readonly clock: ManualClock
  readonly owner: Actor
  readonly repository: Repository
  /** As the owner, with a classic token that may do everything. */
  readonly call: Caller
  readonly callWith: (token: string) => Caller
}

export type Caller = (
  request: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>

/** One repository `octo/shop`; time stands still until it is moved on. */
export async function startGitHub(options: SimulatedGitHubOptions = {}): Promise<TestGitHub> {
  const clock = manualClock()
  const github = await startSimulatedGitHub({ clock, timeScale: 1, ...options })
  const owner = github.createUser({ login: 'octo' })
  const repository = await github.createRepository({ owner, name: 'shop' })
  const scopes = ['repo', 'workflow', 'admin:repo_hook']
  const token = github.createToken({ kind: 'classic', actor: owner, scopes })
  const callWith = (value: string): Caller => caller(github.url, value)
  return {
    ...{ github, clock, owner, repository, call: callWith(token.value), callWith },
    [Symbol.asyncDispose]: github.close,
  }
}

/** `GET /x` or, below the repository, `GET issues`. */
function caller(base: string, token: string): Caller {
  return async (request, body, headers = {}) => {
    const [method = 'GET', path = ''] = request.split(' ')
    const target = path.startsWith('/') ? path : `/repos/octo/shop/${path}`
    const response = await fetch(base + target, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'user-agent': 'maniple-test',
        'x-github-api-version': '2022-11-28',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }
}
