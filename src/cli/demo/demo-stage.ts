import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, loadConfig } from '../../config/index.ts'
import { AppError } from '../../shared/index.ts'
import { type SimulatedGitHub, startSimulatedGitHub } from '../../simulation/index.ts'

const example = new URL('../../../examples/shop.json', import.meta.url)
const bot = 'maniple-bot'
const person = 'ada'
export const repositoryName = 'octo/shop'
export const trigger = 'parallel-execution'
/** Simulated milliseconds that the simulated model takes for an answer. */
const thinkingMs = 20_000
/** Simulated seconds between two looks at a run of which no webhook tells. */
const lookSeconds = 10

type SimulatedRepository = Awaited<ReturnType<SimulatedGitHub['createRepository']>>

/** A simulated GitHub with a repository, somebody who works there, and Maniple's own account. */
export type DemoStage = {
  readonly github: SimulatedGitHub
  readonly repository: SimulatedRepository
  readonly settings: Config
  /** Has the repository's webhook point at a server of Maniple. */
  readonly hookTo: (server: string) => Promise<void>
  /** Opens the issue as a person and labels it; its number. */
  readonly askForWork: (signal: AbortSignal) => Promise<number>
}

export type DemoStageOptions = {
  /** Holds everything of the demo. */
  readonly folder: string
  readonly timeScale: number
  readonly logLevel: string | undefined
}

export async function openDemoStage(
  { folder, timeScale, logLevel }: DemoStageOptions,
  closers: AsyncDisposableStack,
): Promise<DemoStage> {
  const github = closers.use(
    await startSimulatedGitHub({ timeScale, directory: join(folder, 'github') }),
  )
  const owner = github.createUser({ login: 'octo' })
  const own = github.createUser({ login: bot })
  const ada = github.createUser({ login: person })
  const repository = await github.createRepository({
    ...{ owner, name: 'shop' },
    files: { 'README.md': '# Shop\n' },
  })
  for (const actor of [own, ada]) github.state.repositories.grant(repository, actor, 'write')
  const tokenOf = (actor: typeof owner, ...scopes: string[]): string =>
    github.createToken({ kind: 'classic', actor, scopes }).value
  const webhookSecret = randomBytes(16).toString('hex')
  const settings = loadConfig({
    // What the machine is configured for is not for a simulation, and must not be touched by it.
    ...{ env: {}, cwd: folder },
    overrides: {
      ...githubSettings({ github, token: tokenOf(own, 'repo'), webhookSecret }),
      dataDir: join(folder, 'data'),
      'server.port': 0,
      'simulation.latencyMs': Math.max(1, Math.round(thinkingMs / timeScale)),
      ...(logLevel === undefined ? {} : { 'log.level': logLevel }),
    },
  })
  const owners = tokenOf(owner, 'repo', 'admin:repo_hook')
  return {
    ...{ github, repository, settings },
    hookTo: async (server) => {
      const config = {
        url: `${server}/webhook/github`,
        content_type: 'json',
        secret: webhookSecret,
      }
      const signal = AbortSignal.timeout(10_000)
      await post({ github, token: owners, signal }, 'hooks', { config, events: ['*'] })
    },
    askForWork: async (signal) => {
      const speaker = { github, token: tokenOf(ada, 'repo'), signal }
      const body = `Please build this.\n\n\`\`\`json\n${(await readFile(example, 'utf8')).trim()}\n\`\`\`\n`
      const made = await post(speaker, 'issues', { title: 'Build the shop', body })
      const number = numberOf(made)
      await post(speaker, `issues/${number}/labels`, { labels: [trigger] })
      return number
    },
  }
}

function githubSettings(given: {
  readonly github: SimulatedGitHub
  readonly token: string
  readonly webhookSecret: string
}): Readonly<Record<string, string | number | boolean>> {
  const repositories = JSON.stringify([repositoryName])
  return {
    'github.apiUrl': given.github.url,
    'github.token': given.token,
    'github.webhookSecret': given.webhookSecret,
    'github.timeScale': given.github.clock.scale,
    'github.lookSeconds': lookSeconds,
    'github.label': trigger,
    'github.repositories': repositories,
    'gate.preset': 'workers',
    'gate.repositories': repositories,
    'gate.merge.auto': true,
    'gate.merge.authors': JSON.stringify([bot]),
    'gate.merge.withoutChecks': true,
  }
}

type Speaker = {
  readonly github: SimulatedGitHub
  readonly token: string
  readonly signal: AbortSignal
}

/** What a person does on GitHub, done as GitHub's own pages do it: over its API. */
async function post(
  { github, token, signal }: Speaker,
  what: string,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const response = await fetch(`${github.url}/repos/${repositoryName}/${what}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'user-agent': 'maniple-demo',
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    signal,
  })
  const text = await response.text()
  if (response.ok) return JSON.parse(text)
  const refusal = `The simulated GitHub refused ${what}: ${response.status} ${text.slice(0, 200)}`
  throw new AppError('internal', refusal)
}

function numberOf(made: unknown): number {
  if (typeof made === 'object' && made !== null && 'number' in made) {
    if (typeof made.number === 'number') return made.number
  }
  throw new AppError('internal', 'The simulated GitHub gave an issue without a number')
}
