import { tmpdir } from 'node:os'
import { pino } from 'pino'
import { type App, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/index.ts'
import {
  type SimulatedGitHub,
  type SimulatedGitHubOptions,
  startSimulatedGitHub,
} from '../../src/simulation/index.ts'
import { type TestDatabase, testDatabase } from '../support/test-database.ts'

export const repository = 'octo/shop'

export type Stage = AsyncDisposable & {
  readonly github: SimulatedGitHub
  readonly database: TestDatabase
  /** A token of Maniple's own account, and one of a person who may write. */
  readonly tokens: { readonly own: string; readonly person: string }
  readonly start: (more?: Readonly<Record<string, string | number | boolean>>) => Promise<App>
}

/** Of an app that does on that GitHub whatever takes an issue to its merged pull requests. */
export function settingsOf(
  { url, timeScale }: { readonly url: string; readonly timeScale: number },
  token: string,
) {
  return {
    'simulation.latencyMs': 20,
    'github.apiUrl': url,
    'github.token': token,
    'github.timeScale': timeScale,
    'github.repositories': JSON.stringify([repository]),
    'gate.preset': 'workers',
    'gate.repositories': JSON.stringify([repository]),
    'gate.merge.auto': true,
    'gate.merge.authors': JSON.stringify(['maniple-bot']),
    'gate.merge.withoutChecks': true,
  }
}

/** A simulated GitHub with one repository, and apps that work on it. */
export async function startStage(options: SimulatedGitHubOptions = {}): Promise<Stage> {
  const github = await startSimulatedGitHub({ seed: 1, timeScale: 600, ...options })
  const database = await testDatabase()
  const apps: App[] = []
  const owner = github.createUser({ login: 'octo' })
  const bot = github.createUser({ login: 'maniple-bot' })
  const person = github.createUser({ login: 'ada' })
  const shop = await github.createRepository({
    ...{ owner, name: 'shop' },
    files: { 'README.md': '# Shop\n' },
  })
  for (const actor of [bot, person]) github.state.repositories.grant(shop, actor, 'write')
  const scopes = ['repo']
  const own = github.createToken({ kind: 'classic', actor: bot, scopes }).value
  const persons = github.createToken({ kind: 'classic', actor: person, scopes }).value
  return {
    github,
    database,
    tokens: { own, person: persons },
    start: async (more = {}) => {
      const overrides = {
        databaseUrl: database.url,
        ...settingsOf({ url: github.url, timeScale: github.clock.scale }, own),
        ...more,
      }
      const config = loadConfig({ env: {}, cwd: tmpdir(), overrides })
      const app = await createApp({
        config,
        environment: {},
        log: pino({ level: 'warn' }, pino.destination(2)),
      })
      apps.push(app)
      return app
    },
    [Symbol.asyncDispose]: async () => {
      for (const app of apps) await app.close()
      await github.close()
      await database[Symbol.asyncDispose]()
    },
  }
}
